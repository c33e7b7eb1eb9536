-- The compute node has no resource provider of its uuid. Nova-scheduler never chooses it.
-- :check P05 compute-node-without-provider
-- :severity high
-- :title compute node without a resource provider
-- :database cell
-- :subject node
-- :rule absent
-- :with with_providers
-- :message node {subject} of {host} (uuid {uuid}) has no resource provider
-- :remedy openstack resource provider list --name {subject}; evac-manage host show {host}
-- :param from text
-- :param to text
-- :reads compute_nodes
SELECT c.uuid AS k
     , c.hypervisor_hostname AS subject
     , c.host AS host
     , c.uuid
  FROM compute_nodes AS c
 WHERE c.uuid >= @from
   AND c.uuid <= @to
   AND c.deleted = 0
 ORDER BY c.uuid;
