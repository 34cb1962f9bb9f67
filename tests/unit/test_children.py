"""Children that read what strangers sent: what they know, what they may use, when they end."""

from __future__ import annotations

import pytest

from bangfu.foundation.children.running import run

# Python's own prompt: it does what stands on its standard input.
PROMPT = "code"


def answer_of(words: str) -> str:
    answer = run(PROMPT, words.encode(), 20)
    assert answer is not None
    return answer.decode()


def test_a_child_knows_nothing_of_our_environment_but_where_programs_lie(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BANGFU_DATABASE_URL", "secret-of-ours")
    monkeypatch.setenv("TMPDIR", "/var/tmp")
    known = answer_of("import os; print(dict(os.environ), os.getcwd())\n")
    assert "secret-of-ours" not in known
    assert "'TMPDIR': '/var/tmp'" in known
    assert "} /\n" in known


def test_a_child_gives_up_what_it_does_not_need() -> None:
    limits = answer_of(
        "import resource as r\n"
        "from bangfu.foundation.children.restricting import restrict\n"
        "restrict(memory_bytes=1 << 30, cpu_seconds=20, written_bytes=7)\n"
        # What is tighter already stays.
        "restrict(memory_bytes=1 << 31, cpu_seconds=10, written_bytes=9)\n"
        "kinds = (r.RLIMIT_AS, r.RLIMIT_CPU, r.RLIMIT_FSIZE, r.RLIMIT_CORE)\n"
        "print([r.getrlimit(kind) for kind in kinds])\n"
    )
    assert "[(1073741824, 1073741824), (10, 10), (7, 7), (0, 0)]" in limits


def test_a_child_that_takes_too_long_is_ended() -> None:
    with pytest.raises(TimeoutError, match=r"code took more than 0\.5 s"):
        run(PROMPT, b"import time; time.sleep(30)\n", 0.5)


def test_a_child_that_does_not_start_answers_nothing() -> None:
    assert run("bangfu.no_such_module", b"", 20) is None


def test_a_child_that_ends_badly_answers_nothing() -> None:
    assert run(PROMPT, b"print('half', flush=True); import os; os._exit(3)\n", 20) is None
