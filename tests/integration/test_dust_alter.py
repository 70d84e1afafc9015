"""AlterTable of Dust tables through the real server: rows follow columns, types and key, whatever is
cut on the way."""
import pytest

from support import dust, protos, tables
from support.tables import Table, assert_success, secret, write_batch

SYNCED = "2026-01-02T03:04:05.678Z"
COLUMNS = {"id": "INT", "code": "STRING", "amount": ("DECIMAL", 10, 2), "gone": "STRING"}
ITEMS = Table("items", COLUMNS, key=["id"])


def altered(key=("id",), without=(), **columns):
    wanted = {name: kind for name, kind in {**COLUMNS, **columns}.items() if name not in without}
    return Table("items", wanted, key=list(key))


def item(number, **more):
    return {"id": number, "code": f"c{number}", "amount": f"{number}.50", "gone": secret(number),
            "_fivetran_synced": SYNCED, **more}


@pytest.fixture
def config(sandbox):
    return tables.dust_configuration(sandbox)


class Items:
    def __init__(self, client, sandbox, config):
        self.client, self.sandbox, self.config = client, sandbox, config

    def write(self, table=ITEMS, **kinds):
        assert_success(write_batch(self.client, self.sandbox, table, config=self.config, **kinds))

    def alter(self, table, drop=False):
        return tables.answer_of(self.client.call("AlterTable", protos.message("AlterTableRequest")(
            configuration=self.config, schema_name="tester", table=table.message(),
            drop_columns=drop)))

    def columns(self):
        table = self.client.call("DescribeTable", protos.message("DescribeTableRequest")(
            configuration=self.config, schema_name="tester", table_name="items")).table
        types = protos.common().DataType
        return {column.name: (types.Name(column.type), column.primary_key)
                for column in table.columns}

    def rows(self):
        return dust.shown(self.sandbox, ITEMS)

    def writes(self):
        """Requests that change something at Dust, so far."""
        return [r for r in self.sandbox.requests() if r["call"].startswith("dust-")
                and r["method"] in ("POST", "DELETE")]


@pytest.fixture
def items(client, sandbox, config):
    items = Items(client, sandbox, config)
    items.write(replace=[item(n) for n in range(1, 6)])
    return items


def test_an_alter_that_changes_nothing_writes_nothing(items, sandbox):
    before, requests = len(items.writes()), len(sandbox.requests())
    assert items.alter(ITEMS, drop=True) == ("success", True)
    assert len(items.writes()) == before
    assert len(sandbox.requests()) == requests + 1


def test_new_columns_cost_one_request(items):
    before = len(items.writes())
    assert items.alter(altered(note="JSON")) == ("success", True)
    assert len(items.writes()) == before + 1
    assert items.columns()["note"] == ("JSON", False)
    assert items.rows()["1"]["code"] == "c1"


def test_a_column_is_dropped_with_its_values_when_told_to(items):
    assert items.alter(altered(without=["gone"])) == ("success", True)
    assert items.rows()["1"]["gone"] == secret(1)
    assert items.alter(altered(without=["gone"]), drop=True) == ("success", True)
    assert "gone" not in items.columns()
    items.alter(ITEMS)
    assert all("gone" not in row for row in items.rows().values())


def test_types_change_and_values_stay(items):
    items.write(replace=[item(6, amount="12345678901234567.25")])
    assert items.alter(altered(amount="STRING", id="LONG")) == ("success", True)
    assert items.columns()["amount"] == ("STRING", False)
    assert items.columns()["id"] == ("LONG", True)
    rows = items.rows()
    assert sorted(rows) == ["1", "2", "3", "4", "5", "6"]
    assert float(rows["1"]["amount"]) == 1.5
    items.write(altered(amount="STRING", id="LONG"), update=[{"id": 6, "code": "new"}])
    assert items.rows()["6"]["code"] == "new"


TIMES = [("NAIVE_DATE", "2007-12-03", "NAIVE_DATETIME", "2007-12-03T00:00:00"),
         ("NAIVE_DATE", "2007-12-03", "UTC_DATETIME", 1196640000000),
         ("NAIVE_DATE", "0001-01-01", "UTC_DATETIME", -62135596800000),
         ("NAIVE_DATETIME", "2007-12-03T10:15:30", "UTC_DATETIME", 1196676930000)]


@pytest.mark.parametrize("key", [[], ["at"]])
@pytest.mark.parametrize("old, value, new, shown", TIMES)
def test_lesson_8_dates_become_times_and_times_instants_whatever_is_cut(client, start_sandbox, old, value, new, shown,
                                                                        key):
    """As any database casts them: to midnight, and in UTC."""
    def table(kind):
        return Table("items", {"id": "INT", "at": kind}, key=["id", *key])

    def alter(items, kind):
        return items.alter(table(kind))[0]

    answers = []
    while answers[-1:] != ["success"]:
        sandbox = start_sandbox()
        items = Items(client, sandbox, tables.dust_configuration(sandbox, batch_size="2"))
        items.write(table(old), replace=[{"id": n, "at": value, "_fivetran_synced": SYNCED} for n in range(3)])
        sandbox.fault("any", "status", status=403, after=len(answers), times=-1)
        answers.append(alter(items, new))
        sandbox.clear_faults()
        assert alter(items, new) == "success", f"after a cut at request {len(answers)}"
        rows = items.rows()
        assert {row["at"] if isinstance(row["at"], str) else row["at"]["epoch"] for row in rows.values()} == {shown}
        assert len(rows) == 3 and items.columns()["at"][0] == new
        items.write(table(new), delete=[{"id": n, "at": shown if isinstance(shown, str) else value[:10] + "T"
                                         + (value[11:] or "00:00:00") + "Z"} for n in range(3)])
        assert items.rows() == {}
        sandbox.kill()
    assert len(answers) > 4


def test_a_new_key_gives_rows_new_ids(items):
    assert items.alter(altered(key=["code"])) == ("success", True)
    rows = items.rows()
    assert sorted(rows) == ["c1", "c2", "c3", "c4", "c5"]
    assert rows["c4"]["id"] == 4
    assert items.columns()["code"] == ("STRING", True)
    items.write(altered(key=["code"]), update=[{"code": "c4", "gone": "found"}])
    assert items.rows()["c4"]["gone"] == "found"
    assert len(items.rows()) == 5


def test_a_text_that_dust_keeps_as_a_number_cannot_join_the_key(items):
    """`007` is 7 there: the source's next row 007 would be another row."""
    items.write(replace=[item(6, code="007")])
    before, columns = items.rows(), items.columns()
    kind, text = items.alter(altered(key=["code"]))
    assert kind == "task"
    assert 'tester.items: column "code" cannot join the primary key' in text and "Re-sync" in text
    assert (items.rows(), items.columns()) == (before, columns)


def test_rows_of_one_key_are_a_task_and_nothing_changes(items):
    items.write(replace=[item(6, code="c1")])
    before, columns, writes = items.rows(), items.columns(), items.writes()
    kind, text = items.alter(altered(key=["code"], note="JSON"), drop=True)
    assert kind == "task"
    assert "tester.items" in text and "primary key" in text
    assert items.columns() == columns
    assert items.rows() == before
    # The table is looked at in peace: a fence row that comes and goes.
    assert {w["call"] for w in items.writes()[len(writes):]} <= {"dust-upsert-rows",
                                                                  "dust-delete-row"}


NUMBERED = altered(code="LONG")
EVERYTHING = altered(key=["code"], without=["gone"], amount="DOUBLE", note="XML", code="LONG")


def test_lesson_8_every_change_at_once_is_cut_anywhere_and_done_again(start_sandbox, client):
    def fresh():
        sandbox = start_sandbox()
        items = Items(client, sandbox, tables.dust_configuration(sandbox, batch_size="2"))
        # Keys whose new ids are the old ids of others.
        codes = {1: 2, 2: 3, 3: 1, 4: 77, 5: 4}
        items.write(NUMBERED, replace=[item(number, code=code) for number, code in codes.items()])
        return items, sandbox

    items, sandbox = fresh()
    assert items.alter(EVERYTHING, drop=True) == ("success", True)
    rows, columns = items.rows(), items.columns()
    assert sorted(rows) == ["1", "2", "3", "4", "77"]
    assert rows["1"]["id"] == 3
    cuts = 0
    for after in range(100):
        items, sandbox = fresh()
        sandbox.fault("any", "status", status=403, after=after, times=-1)
        kind, _ = items.alter(EVERYTHING, drop=True)
        sandbox.clear_faults()
        cuts += kind == "task"
        assert items.alter(EVERYTHING, drop=True) == ("success", True), f"cut after {after}"
        assert items.rows() == rows, f"cut after {after}"
        assert items.columns() == columns, f"cut after {after}"
        sandbox.kill()
        if kind == "success":
            break
    assert kind == "success"
    assert cuts > 15
