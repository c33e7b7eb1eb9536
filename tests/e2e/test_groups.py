# SPDX-License-Identifier: Apache-2.0
"""Members of server groups, on a real conductor and scheduler: each lands where its group lets it."""
from cloud import clone, join_group
from evacuations import GO, Evacuations
from harness import A, B, C, OK, rows


class Groups(Evacuations):
    def somebody_on(self, host):
        (id_,) = clone(1)
        rows("nova", "UPDATE instances SET host = %s, node = %s WHERE uuid = %s", (host, host, id_))
        return id_

    def lands(self, ids):
        """All of them in one run: where each is then."""
        r = self.expect(self.tool.run("host", "evacuate", A, *self.only(ids), *GO, "--timeout", "300"), OK)
        self.assertEqual(set(self.accounted_for(ids, r.json["steps"]).values()), {"done"})
        return [row["host"] for row in (self.built(ids)[1][id_] for id_ in ids)]

    def test_each_goes_where_its_group_lets_it(self):
        ids = clone(4)
        join_group("apart", "anti-affinity", [ids[0], self.somebody_on(B)])
        join_group("beside", "affinity", [ids[1], self.somebody_on(B)])
        join_group("rather apart", "soft-anti-affinity", [ids[2], self.somebody_on(C)])
        alone, beside, rather, _ = self.lands(ids)
        self.assertEqual((alone, beside), (C, B))
        self.assertIn(rather, (B, C))

    def test_two_that_must_be_apart_are_never_under_way_together(self):
        """The scheduler sees where they are and not where they are going: it would give both the same host."""
        ids = clone(4)
        join_group("two apart", "anti-affinity", ids[:2])
        one, other, *_ = self.lands(ids)
        self.assertEqual({one, other}, {B, C})

    def test_a_spec_that_does_not_know_its_group(self):
        ids = clone(2)
        join_group("apart", "anti-affinity", [ids[0], self.somebody_on(B)], in_spec=False)
        self.assertEqual(self.lands(ids)[0], C)
