"""Files imported by the command line, over real HTTP."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ringpost.entry.cli import main
from tests.harness import Caller


@pytest.fixture
def imported(address: str, tenant: Caller, tmp_path: Path):
    def run(text: str, *before: str, encoding: str = "utf-8") -> Result:
        file = tmp_path / "file.csv"
        file.write_text(text, encoding=encoding)
        environment = {"RINGPOST_URL": address, "RINGPOST_TOKEN": f"rp_{tenant.key_uuid}_{tenant.secret}"}
        return CliRunner().invoke(main, ["import", *before, str(file)], env=environment)

    return run


def people(count: int) -> str:
    lines = [f"Person {n},person{n},{n}" for n in range(2000, 2000 + count)]
    return "\n".join(["firstname,username,exten", *lines, ""])


def test_a_file_of_any_length_with_progress(imported, tenant: Caller) -> None:
    result = imported(people(1001), encoding="utf-8-sig")
    assert result.exit_code == 0, result.output
    assert "500 of 1001 rows" in result.output
    assert "1001 of 1001 rows" in result.output
    assert "1001 users made, 0 were there already." in result.output
    assert tenant.done("user-list", search="person", count=True, limit=1)["total"] == 1001
    again = imported(people(1001))
    assert "0 users made, 1001 were there already." in again.output


def test_nothing_is_made_if_a_row_far_behind_is_bad(imported, tenant: Caller) -> None:
    result = imported(people(600) + "Last,alice,9999\n")
    assert result.exit_code == 1
    assert "row 601, username: is taken already" in result.output
    assert tenant.done("user-list", count=True)["total"] == 2


def test_what_is_twice_in_the_file_is_found_across_its_parts(imported, tenant: Caller) -> None:
    result = imported(people(600) + "Twin,PERSON2000,9999\n")
    assert result.exit_code == 1
    assert "row 601, username: is in row 1 already" in result.output
    assert tenant.done("user-list", count=True)["total"] == 2


@pytest.mark.parametrize("text", ["", "firstname,zodiac\nCarol,lion\n", '"open'])
def test_says_what_is_wrong_with_a_file(imported, text: str) -> None:
    result = imported(text)
    assert (result.exit_code, "Traceback" in result.output) == (1, False)
    assert result.output.startswith("Error: ")


def test_needs_a_file_a_key_and_a_kind_it_knows(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("firstname\n")
    assert CliRunner().invoke(main, ["import", str(file)]).exit_code == 2
    environment = {"RINGPOST_TOKEN": "x"}
    assert CliRunner().invoke(main, ["import", "asterisk", str(file)], env=environment).exit_code == 2
    assert CliRunner().invoke(main, ["import", "fusionpbx"], env=environment).exit_code == 2
    assert CliRunner().invoke(main, ["import", str(tmp_path / "none.csv")], env=environment).exit_code == 1


FUSION = (
    "extension_uuid,extension,password,effective_caller_id_name,call_timeout,enabled,do_not_disturb,"
    "forward_busy_enabled,forward_busy_destination,toll_allow\n"
    "d0d0d0d0-0000-4000-8000-0000000000aa,201,S3cret-Passw0rd,Carol,20,true,,true,101,local\n"
    "d0d0d0d0-0000-4000-8000-0000000000ab,202,Other-Passw0rd,Dan,,false,true,,,\n"
)


def test_fusionpbxs_extensions_with_their_passwords_and_forwards(imported, tenant: Caller) -> None:
    result = imported(FUSION, "fusionpbx")
    assert result.exit_code == 0, result.output
    assert "Columns that mean nothing here: extension_uuid, toll_allow" in result.output
    assert "2 of 2 rows" in result.output
    assert tenant.done("sip-account-details", extension="201")["password"] == "S3cret-Passw0rd"
    carol, dan = (tenant.done("extension-details", extension=number) for number in ("201", "202"))
    assert (carol["effective_caller_id_name"], carol["call_timeout"], carol["forward_busy_destination"]) == (
        "Carol", 20, "101",
    )  # fmt: skip
    assert (dan["enabled"], dan["do_not_disturb"]) == (False, True)


def test_fusionpbxs_file_again_touches_nothing(imported, tenant: Caller) -> None:
    imported(FUSION, "fusionpbx")
    tenant.done("extension-dnd-set", extension="202", enabled=False)
    again = imported(FUSION, "fusionpbx")
    assert "0 extensions made, 2 were there already" in again.output
    assert tenant.done("extension-details", extension="202")["do_not_disturb"] is False


def test_a_dry_run_makes_nothing(imported, tenant: Caller) -> None:
    assert "600 rows can be imported." in imported(people(600), "--dry-run").output
    assert "2 rows can be imported" in imported(FUSION, "--dry-run", "fusionpbx").output
    assert tenant.done("user-list", count=True)["total"] == 2
    assert len(tenant.done("extension-list")) == 2


def test_says_which_kind_of_file_it_is(imported) -> None:
    assert "ringpost import fusionpbx" in imported(FUSION).output
    assert "is it FusionPBX's" in imported(people(1), "fusionpbx").output
    assert "not UTF-8" in imported("firstname\nZo\xeb\n", encoding="latin-1").output


def test_fusionpbxs_extensions_that_are_there_stay_as_they_are(imported, tenant: Caller) -> None:
    tenant.done("extension-create", extension="201", password="Kept-Passw0rd")
    result = imported(FUSION, "fusionpbx")
    assert "1 extensions made, 1 were there already and are as they were." in result.output
    assert tenant.done("sip-account-details", extension="201")["password"] == "Kept-Passw0rd"


def test_a_file_of_fusionpbxs_is_checked_before_the_first_is_made(imported, tenant: Caller) -> None:
    result = imported(FUSION + "x,201,short,,,,,,,\ny,2a,,,,,,,,\n", "fusionpbx")
    assert result.exit_code == 1
    assert "row 3, password: " in result.output
    assert "row 4, extension: must be 1 to 32 digits" in result.output
    assert tenant.call("extension-details", extension="201").status == 404
