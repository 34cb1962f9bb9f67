"""Our own PostgreSQL in use: passwords, roles, ports, and what the commands say."""

from __future__ import annotations

import json
import os
import shutil
import socket
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from django.db import connections

from bangfu.cli import db as cli
from bangfu.foundation.database import binaries, cluster, saved
from bangfu.foundation.database.backend.base import DatabaseWrapper
from bangfu.foundation.database.urls import DatabaseUrl, database_settings
from bangfu.kernel.errors import InvalidValue, NotFound, Refused


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="bangfu-cluster-"))
    folder.chmod(0o711)
    cluster.up(folder, durable=False)
    yield folder
    cluster.destroy(folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def own(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The commands work on this home, without DATABASE_URL."""
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(cli, "_home", lambda: home)
    return home


@pytest.mark.evidence("ASVS-13.2.3", "ASVS-13.3.2", "ASVS-13.2.1")
def test_the_passwords_are_random_and_for_the_owner_of_the_file_alone(home: Path) -> None:
    path = saved.folder(home) / saved.FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    passwords = saved.load(home).passwords
    assert len(set(passwords.values())) == 3
    assert all(len(password) >= 32 for password in passwords.values())


def test_a_wrong_password_is_refused(home: Path) -> None:
    url = saved.load(home).url("app")
    wrong = DatabaseUrl(url.host, url.port, url.name, url.user, "wrong").text(with_password=True)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


@pytest.mark.evidence("ASVS-13.2.3")
def test_passwords_are_kept_as_scram_verifiers(home: Path) -> None:
    admin = saved.load(home).url("admin", "postgres").text(with_password=True)
    with psycopg.connect(admin) as server:
        rows = server.execute("SELECT rolname, rolpassword FROM pg_authid WHERE rolcanlogin")
        verifiers = dict(rows.fetchall())
    assert set(verifiers) == {"postgres", "bangfu_owner", "bangfu_app"}
    assert all(verifier.startswith("SCRAM-SHA-256$") for verifier in verifiers.values())


@pytest.mark.evidence("ASVS-13.2.2", "GB22239-8.1.4.2-d")
def test_neither_role_is_mighty(home: Path) -> None:
    admin = saved.load(home).url("admin", "postgres").text(with_password=True)
    with psycopg.connect(admin) as server:
        rows = server.execute(
            "SELECT rolname FROM pg_roles WHERE rolname LIKE 'bangfu%' AND NOT"
            " (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)"
        )
        assert sorted(row[0] for row in rows) == ["bangfu_app", "bangfu_owner"]


@pytest.mark.evidence("GB22239-8.1.4.4-b")
def test_it_is_utf8_in_the_c_locale_and_listens_on_the_loopback_alone(home: Path) -> None:
    with psycopg.connect(saved.load(home).url("app").text(with_password=True)) as app:
        shown = app.execute(
            "SELECT current_setting('server_encoding'), datcollate,"
            " current_setting('listen_addresses')"
            " FROM pg_database WHERE datname = current_database()"
        ).fetchone()
        assert shown == ("UTF8", "C", "127.0.0.1")
        assert app.execute("SELECT length('𠅤㛃䶮𬭎')").fetchone() == (4,)


def test_the_port_is_kept_unless_somebody_took_it(home: Path) -> None:
    before = saved.load(home).port
    cluster.down(home)
    assert cluster.up(home, durable=False).port == before
    cluster.down(home)
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", before))
        taken.listen()
        after = cluster.up(home, durable=False)
    assert after.port != before
    assert saved.load(home).port == after.port


def test_up_twice_and_down_twice_do_no_harm(home: Path) -> None:
    pid = cluster.status(home).pid
    cluster.up(home)
    assert cluster.status(home).pid == pid
    assert cluster.down(home) is True
    assert cluster.down(home) is False
    assert cluster.status(home).running is False
    cluster.up(home, durable=False)
    assert cluster.status(home).running is True


def test_the_command_shows_the_password_only_when_asked(own: Path) -> None:
    password = saved.load(own).passwords["app"]
    plain = CliRunner().invoke(cli.command, ["url"])
    assert plain.exit_code == 0
    assert password not in plain.output
    full = CliRunner().invoke(cli.command, ["url", "--with-password", "--json"])
    assert password in json.loads(full.stdout)["url"]


def test_down_and_reset_leave_a_database_alone_that_is_not_ours(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody:secret@db.example:5432/other")
    for arguments in (["down"], ["reset", "--yes"]):
        refused = CliRunner().invoke(cli.command, arguments)
        assert isinstance(refused.exception, Refused)
        assert refused.exception.code == "E-DB-FOREIGN"
    shown = CliRunner().invoke(cli.command, ["url"])
    assert shown.stdout == "postgresql://somebody@db.example:5432/other\n"


def test_database_url_wins_and_the_owner_has_one_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://app:a%40b@h:5433/x?sslmode=require")
    secret = tmp_path / "owner"
    secret.write_text("postgresql://owner:pw@h:5433/x\n")
    monkeypatch.setenv("DATABASE_OWNER_URL_FILE", str(secret))
    monkeypatch.delenv("DATABASE_OWNER_URL", raising=False)
    made = database_settings(tmp_path)
    assert (made["default"]["USER"], made["default"]["PASSWORD"]) == ("app", "a@b")
    assert made["default"]["OPTIONS"]["sslmode"] == "require"
    assert made["owner"]["USER"] == "owner"


@pytest.mark.parametrize("text", ["mysql://u:p@h/x", "postgresql://h/x", "postgresql://u:p@h:1x/x"])
def test_a_malformed_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match="E-DB-URL"):
        DatabaseUrl.parse(text)


def test_settings_without_any_database_are_made_and_connecting_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("DATABASE_OWNER_URL", raising=False)
    settings = {**connections["default"].settings_dict, **database_settings(tmp_path)["default"]}
    wrapper = DatabaseWrapper({**settings, "USER": "", "HOST": ""}, "default")
    with pytest.raises(NotFound, match="E-DB-NOT-RUNNING"):
        wrapper.get_connection_params()


def test_a_folder_that_the_database_user_cannot_reach_is_replaced_by_one_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A checkout below /root: root runs the database as nobody, who may not pass /root."""
    user = binaries.RunAs("nobody", 65534, 65534, switch=True)
    closed = tmp_path / "closed"
    (closed / "home" / "pg").mkdir(parents=True)
    closed.chmod(0o700)
    monkeypatch.setattr(binaries, "SHARED_STATE", tmp_path / "shared")
    if os.geteuid() == 0:
        tmp_path.chmod(0o755)
    assert not user.reaches(closed / "home" / "pg")
    outside = cluster._data_folder(closed / "home", user)
    assert outside.parent.parent == tmp_path / "shared"


def test_programs_of_the_right_version_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    user = binaries.run_as()
    with pytest.raises(Refused, match="E-DB-VERSION"):
        binaries.find_programs(user, 14)
    monkeypatch.setenv(binaries.BIN_VARIABLE, "/nowhere")
    with pytest.raises(Refused, match="E-DB-NO-POSTGRES"):
        binaries.find_programs(user)


def test_programs_copied_out_of_reach_of_root_still_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binaries, "SHARED_STATE", tmp_path / "shared")
    programs = binaries.find_programs(binaries.run_as())
    copied = binaries._copied(programs)
    assert copied.is_relative_to(tmp_path / "shared")
    assert binaries._copied(programs) == copied
    found = binaries._probe(copied)
    assert found is not None
    assert found.major == programs.major
    closed = [path for path in copied.parent.rglob("*") if not path.stat().st_mode & 0o004]
    assert closed == []


@pytest.fixture
def copied(home: Path) -> Iterator[Path]:
    """A copy of the home, made while its database was stopped; the original runs again."""
    folder = Path(tempfile.mkdtemp(prefix="bangfu-cluster-"))
    folder.chmod(0o711)
    cluster.down(home)
    shutil.copytree(home, folder, dirs_exist_ok=True)
    cluster.up(home, durable=False)
    if os.geteuid() == 0:
        data = Path(saved.load(home).data).stat()
        for path in [folder / "pg/data", *(folder / "pg/data").rglob("*")]:
            os.chown(path, data.st_uid, data.st_gid)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def _refused_in(home: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> str:
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(cli, "_home", lambda: home)
    found = CliRunner().invoke(cli.command, list(arguments)).exception
    return found.code if isinstance(found, Refused) else repr(found)


def test_a_copied_home_never_works_on_the_original(
    home: Path, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for arguments in (["up"], ["down"], ["status"], ["url"], ["reset", "--yes"]):
        assert _refused_in(copied, monkeypatch, *arguments) == "E-DB-OTHER-HOME"
    settings = {**connections["default"].settings_dict, **database_settings(copied)["default"]}
    with pytest.raises(NotFound, match="E-DB-OTHER-HOME"):
        DatabaseWrapper({**settings, "USER": "", "HOST": ""}, "default").get_connection_params()
    assert cluster.status(home).running is True

    cluster.adopt(copied)
    assert saved.load(copied).port != saved.load(home).port
    try:
        own = cluster.up(copied, durable=False)
        assert own.data == str(copied / "pg/data")
        assert cluster.status(copied).pid != cluster.status(home).pid
        with psycopg.connect(own.url("app").text(with_password=True)) as app:
            shown = app.execute("SELECT current_setting('port')").fetchone()
        assert shown == (str(own.port),)
    finally:
        cluster.destroy(copied)
    assert cluster.status(home).running is True


def test_a_copy_without_its_data_stays_refused(tmp_path: Path, home: Path) -> None:
    (tmp_path / "pg").mkdir()
    shutil.copy(saved.folder(home) / saved.FILE, saved.folder(tmp_path) / saved.FILE)
    with pytest.raises(Refused, match="E-DB-OTHER-HOME"):
        cluster.adopt(tmp_path)
