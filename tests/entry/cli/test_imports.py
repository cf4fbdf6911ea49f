"""Files imported by the command line, over real HTTP."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ringpost.entry import demo
from ringpost.entry.cli.main import main
from tests.harness import Caller


@pytest.fixture
def imported(address: str, tenant: Caller, tmp_path: Path):
    def run(text: str, *before: str, encoding: str = "utf-8") -> Result:
        file = tmp_path / "file.csv"
        file.write_bytes(text.encode(encoding))
        environment = {"RINGPOST_URL": address, "RINGPOST_TOKEN": f"rp_{tenant.key_uuid}_{tenant.secret}"}
        return CliRunner().invoke(main, ["import", *before, str(file)], env=environment)

    return run


def people(count: int) -> str:
    lines = [f"Person {n},person{n},{n}" for n in range(2000, 2000 + count)]
    return "\n".join(["firstname,username,exten", *lines, ""])


@pytest.mark.often
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
    assert "row 602, username: is taken already" in result.output
    assert tenant.done("user-list", count=True)["total"] == 2


def test_what_is_twice_in_the_file_is_found_across_its_parts(imported, tenant: Caller) -> None:
    result = imported(people(600) + "Twin,PERSON2000,9999\n")
    assert result.exit_code == 1
    assert "row 602, username: is in row 2 already" in result.output
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
    "forward_busy_enabled,forward_busy_destination,hold_music\n"
    "d0d0d0d0-0000-4000-8000-0000000000aa,201,S3cret-Passw0rd,Carol,20,true,,true,101,local\n"
    "d0d0d0d0-0000-4000-8000-0000000000ab,202,Other-Passw0rd,Dan,,false,true,,,\n"
)


def test_fusionpbxs_extensions_with_their_passwords_and_forwards(imported, tenant: Caller) -> None:
    result = imported(FUSION, "fusionpbx")
    assert result.exit_code == 0, result.output
    assert "Columns that mean nothing here: extension_uuid, hold_music" in result.output
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
    result = imported(FUSION + "x,201,short,,,,,,,\n\ny,2a,,,,,,,,\n", "fusionpbx")
    assert result.exit_code == 1
    assert "row 4, password: " in result.output
    assert "row 6, extension: must be 1 to 32 digits" in result.output
    assert tenant.call("extension-details", extension="201").status == 404


@pytest.mark.parametrize(
    ("rows", "where"),
    [
        ("332,Ann,reception-desk,Secretpw332", "row 2, password: has 4 cells where the heading has 3"),
        ("332,Ann,Secretpw332,", "row 2, password: has 4 cells where the heading has 3"),
        ("332,Ann Secretpw332", "row 2, password: has 2 cells where the heading has 3"),
        (",,\n\n332,Ann,reception-desk,Secretpw332", "row 4, password: has 4 cells where the heading has 3"),
    ],
)
def test_a_row_that_does_not_fit_below_the_heading_is_refused(imported, tenant: Caller, rows: str, where: str) -> None:
    good = "331,Eve,Secretpw331\n"
    result = imported(f"extension,effective_caller_id_name,password\n{rows}\n{good}", "fusionpbx")
    assert result.exit_code == 1
    assert where in result.output
    assert "Secretpw" not in result.output
    assert len(tenant.done("extension-list")) == 2


def test_a_column_that_is_there_twice_is_refused(imported) -> None:
    result = imported("extension,password,Password\n332,Secretpw332,Secretpw333\n", "fusionpbx")
    assert (result.exit_code, "row 1, password: is there twice" in result.output) == (1, True)


def test_a_row_may_leave_off_the_last_of_its_empty_cells(imported, tenant: Caller) -> None:
    assert imported("extension,password,call_group,description\n332,Secretpw332,\n", "fusionpbx").exit_code == 0
    assert tenant.done("sip-account-details", extension="332")["password"] == "Secretpw332"


FLAGS = ("enabled", "do_not_disturb", "directory_visible", "directory_exten_visible", "voicemail_enabled")


@pytest.mark.parametrize("flag", FLAGS)
@pytest.mark.parametrize(("cell", "means"), [("", False), ("false", False), ("f", False), ("0", False), ("true", True)])
def test_an_empty_flag_is_fusionpbxs_false(imported, tenant: Caller, flag: str, cell: str, means: bool) -> None:
    assert imported(f"extension,{flag},password\n332,{cell},Secretpw332\n", "fusionpbx").exit_code == 0
    assert tenant.done("extension-details", extension="332")[flag] is means


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("403,911", "forward_busy_destination: calls for help"),
        ("911,", "extension: calls for help in this domain: nobody can have it"),
        ("403,403", "forward_busy_destination: is its own number"),
        ("600,", "extension: is a ring group's number"),
    ],
)
@pytest.mark.parametrize("how", [(), ("--dry-run",)])
def test_what_the_domain_would_refuse_is_said_before_the_first_is_made(
    imported, tenant: Caller, row: str, says: str, how: tuple[str, ...]
) -> None:
    file = f"extension,forward_busy_destination,forward_busy_enabled\n402,,\n{row},true\n"
    result = imported(file, "fusionpbx", *how)
    assert (result.exit_code, f"row 3, {says}" in result.output) == (1, True), result.output
    assert tenant.call("extension-details", extension="402").status == 404


def test_an_empty_flag_of_a_forward_is_fusionpbxs_false(imported, tenant: Caller) -> None:
    imported("extension,forward_all_destination,forward_all_enabled\n332,101,\n", "fusionpbx")
    there = tenant.done("extension-details", extension="332")
    assert (there["forward_all_destination"], there["forward_all_enabled"]) == ("101", False)


def test_says_that_an_empty_enabled_disables(imported) -> None:
    assert "enabled is empty in 1 rows" in imported("extension,enabled\n332,\n333,true\n", "fusionpbx").output


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("toll_allow", "local"),
        ("user_context", "inside-only"),
        ("auth_acl", "office"),
        ("cidr", "192.0.2.0/24"),
        ("nibble_account", "7"),
        ("call_screen_enabled", "true"),
    ],
)
def test_what_limits_an_extension_is_lost_knowingly_or_not_at_all(
    imported, tenant: Caller, column: str, cell: str
) -> None:
    limited = f"extension,{column}\n332,{cell}\n333,\n"
    result = imported(limited, "fusionpbx")
    assert (result.exit_code, f"row 2, {column}: " in result.output) == (1, True)
    assert len(tenant.done("extension-list")) == 2
    assert imported(limited, "--drop", column, "fusionpbx").exit_code == 0
    assert len(tenant.done("extension-list")) == 4


@pytest.mark.parametrize(("column", "cell"), [("call_screen_enabled", "false"), ("user_context", demo.DOMAIN_NAME)])
def test_what_limits_nobody_may_be_there(imported, column: str, cell: str) -> None:
    assert imported(f"extension,{column}\n332,{cell}\n", "fusionpbx").exit_code == 0


def test_a_column_nobody_knows_is_lost_knowingly_or_not_at_all(imported, tenant: Caller) -> None:
    odd = "extension,tol_allow\n332,local\n"
    assert "did you mean toll_allow?" in imported(odd, "fusionpbx").output
    assert imported(odd, "--drop", "tol_allow", "fusionpbx").exit_code == 0
    assert imported(odd, "--drop", "tol_allow", "--drop", "enabled", "fusionpbx").exit_code == 2


def test_what_limits_a_user_is_lost_knowingly_or_not_at_all(imported, tenant: Caller) -> None:
    limited = "firstname,call_permissions\nCarol,mobile\n"
    assert "row 2, call_permissions: " in imported(limited).output
    assert tenant.done("user-list", count=True)["total"] == 2
    assert "1 users made" in imported(limited, "--drop", "call_permissions").output


def test_fusionpbxs_file_as_a_spreadsheet_saves_it(imported, tenant: Caller) -> None:
    text = "sep=;\r\nextension;password;description\r\n;;\r\n332;Secretpw332;a, b\r\n \r\n"
    assert "1 extensions made" in imported(text, "fusionpbx", encoding="utf-16").output
    assert tenant.done("extension-details", extension="332")["description"] == "a, b"


def test_rows_are_told_as_a_spreadsheet_shows_them_in_every_part_of_a_file(imported) -> None:
    result = imported(people(600).replace("\n", "\n\n", 1).replace(",", ";") + ";;\nLast;alice;9999\n")
    assert "row 604, username: is taken already" in result.output


def test_what_is_refused_breaks_no_import_and_is_named(imported, tenant: Caller) -> None:
    fusion = "extension,call_group,user_record\n332,sales,all\n333,,\n"
    result = imported(fusion, "fusionpbx")
    assert "2 extensions made" in result.output
    assert "Columns that mean nothing here: call_group" in result.output
    assert tenant.done("extension-details", extension="332")["user_record"] == "all"
    assert "call_group" not in imported("extension,call_group\n334,\n", "fusionpbx").output
    xivo = "firstname,music_on_hold,supervision_enabled,call_record_enabled\nCarol,jazz,0,1\n"
    result = imported(xivo)
    assert "1 users made" in result.output
    assert "Columns that mean nothing here: music_on_hold, supervision_enabled" in result.output
