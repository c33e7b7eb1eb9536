-- The resource provider of the compute node has another name than the node. The host was renamed, and nova-compute will try to
-- create a second provider.
-- :check P06 provider-name-differs
-- :severity medium
-- :title resource provider with another name than its node
-- :database cell
-- :subject node
-- :rule pair
-- :with with_providers
-- :when node <> provider
-- :message node {subject} of {host} has the name {provider} in placement
-- :remedy openstack resource provider show {uuid}
-- :param from text
-- :param to text
-- :reads compute_nodes
SELECT c.uuid AS k
     , c.hypervisor_hostname AS subject
     , c.host AS host
     , c.hypervisor_hostname AS node
     , c.uuid
  FROM compute_nodes AS c
 WHERE c.uuid >= @from
   AND c.uuid <= @to
   AND c.deleted = 0
 ORDER BY c.uuid;
