"""bangfu keys: which keys encrypt what, and changing them while the server runs."""

from __future__ import annotations

from typing import Any

import click

from bangfu.cli.output import Progress, emit, language, setup_django

_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
_WORDS = {
    "zh": {
        "file": "密钥文件 {path}：{active} 号密钥加密新数据，共有 {keys} 号。",
        "column": "  {name}：{parts}{broken}",
        "part": "{key} 号 {count} 项",
        "clear": "未加密 {count} 项",
        "empty": "无数据",
        "broken": "　★ 现有密钥读不出",
        "old": "尚有 {old} 项数据在旧密钥下，运行 bangfu keys rotate 换成新密钥。",
        "current": "所有数据都在当前密钥下。",
        "token": "查找令牌（HMAC-SM3）另有密钥，不随之更换：{why}",
        "why": "换它要重做全部令牌和数据湖，须停机，见 docs/how-to/keys.md。",
        "new": "已启用 {key} 号新密钥，重新加密 {rewritten} 项，用时 {seconds} 秒。",
        "resumed": "已完成上次更换（{key} 号密钥），重新加密 {rewritten} 项，用时 {seconds} 秒。",
        "left": "还有 {left} 项被占用，稍后再运行一次。",
        "damaged": "有 {count} 个文件已损坏，未改动：{names}。请从备份恢复后再运行一次。",
        "unsettled": "更换时有一项长事务未结束，请稍后再运行一次确认。",
        "scope": "数据库上下文签名密钥已换成 {key} 号。",
        "backup": "请现在备份密钥文件，与数据备份分开存放。",
        "retired": "已从密钥文件移除 {key} 号密钥；此前的备份仍需要它。",
        "join": "，",
    },
    "en": {
        "file": "Keyring {path}: key {active} encrypts, keys {keys} are there.",
        "column": "  {name}: {parts}{broken}",
        "part": "key {key} {count}",
        "clear": "in clear {count}",
        "empty": "nothing",
        "broken": "  * the keys that are there do not open it",
        "old": "{old} values lie under older keys; bangfu keys rotate encrypts them anew.",
        "current": "Every value lies under the present key.",
        "token": "Tokens for search (HMAC-SM3) have a key of their own, which stays: {why}",
        "why": "another one means every token and the lake anew; see docs/how-to/keys.md.",
        "new": "Key {key} encrypts from now on; {rewritten} values anew in {seconds} s.",
        "resumed": "Finished the change to key {key}; {rewritten} values anew in {seconds} s.",
        "left": "{left} values were locked by others; run it again later.",
        "damaged": "{count} files are damaged and were left as they are: {names}. Restore them from"
        " the backup and run it again.",
        "unsettled": "A long transaction was under way; run it once more later to be sure.",
        "scope": "The database's context is signed with key {key} from now on.",
        "backup": "Back up the keyring now, apart from the backup of the data.",
        "retired": "Key {key} is out of the keyring; earlier backups still need it.",
        "join": ", ",
    },
}


@click.group("keys")
def command() -> None:
    """The keys that encrypt single values: what lies under which, and changing them."""


@command.command("status")
@_JSON
def status(as_json: bool) -> None:
    """Show the keyring (never a key) and how many values lie under each key."""
    setup_django()
    from bangfu.foundation.crypto import keys, rotation

    ring = keys.get_keyring()
    held = rotation.status()
    result = {
        "keyring": str(keys.keyring_path()),
        "active": ring.active,
        "keys": sorted(ring.encryption),
        "columns": [
            {"name": one.name, "by_key": one.by_key, "readable": one.is_readable} for one in held
        ],
        "old": sum(n for one in held for key, n in one.by_key.items() if key != ring.active),
    }
    emit(result, as_json=as_json, text=_describe(result))
    if not all(one.is_readable for one in held):
        raise SystemExit(1)


def _describe(result: dict[str, Any]) -> str:
    words = _WORDS[language()]
    numbers = words["join"].join(str(one) for one in result["keys"])
    lines = [words["file"].format(path=result["keyring"], active=result["active"], keys=numbers)]
    for one in result["columns"]:
        parts = words["join"].join(
            words["part" if key else "clear"].format(key=key, count=count)
            for key, count in sorted(one["by_key"].items())
        )
        broken = "" if one["readable"] else words["broken"]
        lines.append(
            words["column"].format(name=one["name"], parts=parts or words["empty"], broken=broken)
        )
    old = result["old"]
    lines.append(words["old"].format(old=old) if old else words["current"])
    lines.append(words["token"].format(why=words["why"]))
    return "\n".join(lines)


@command.command("rotate")
@click.option("--batch", default=500, type=click.IntRange(1, 20_000), help="Values a transaction.")
@_JSON
def rotate(batch: int, as_json: bool) -> None:
    """Encrypt everything under a new key while the server runs; goes on where one was stopped."""
    setup_django()
    from django.utils import timezone

    from bangfu.foundation.access.scopes import command_scope
    from bangfu.foundation.crypto.holdings import NATION
    from bangfu.foundation.crypto.services import rotate_keys

    progress = Progress()
    found, scope_key = rotate_keys(
        scope=command_scope(NATION, "bangfu keys rotate"),
        at=timezone.now(),
        progress=progress,
        batch=batch,
    )
    progress.close()
    result = {
        "key": found.key,
        "new": found.is_new,
        "rewritten": found.rewritten,
        "columns": found.columns,
        "left": found.left,
        "damaged": found.damaged,
        "settled": found.is_settled,
        "seconds": found.seconds,
        "scope_key": scope_key,
    }
    words = _WORDS[language()]
    lines = [words["new" if found.is_new else "resumed"].format(**result)]
    if found.damaged:
        names = words["join"].join(found.damaged[:5])
        lines.append(words["damaged"].format(count=len(found.damaged), names=names))
    elif found.left:
        lines.append(words["left"].format(left=found.left))
    elif not found.is_settled:
        lines.append(words["unsettled"])
    if scope_key is not None:
        lines.append(words["scope"].format(key=scope_key))
    lines.append(words["backup"])
    emit(result, as_json=as_json, text="\n".join(lines))
    if found.left or not found.is_settled:
        raise SystemExit(1)


@command.command("retire")
@click.argument("key", type=click.IntRange(1, 255))
@_JSON
def retire(key: int, as_json: bool) -> None:
    """Take an old key out of the keyring, once no value lies under it."""
    setup_django()
    from django.utils import timezone

    from bangfu.foundation.access.scopes import command_scope
    from bangfu.foundation.crypto.holdings import NATION
    from bangfu.foundation.crypto.services import retire_key

    scope = command_scope(NATION, "bangfu keys retire")
    retire_key(scope=scope, at=timezone.now(), number=key)
    text = _WORDS[language()]["retired"].format(key=key)
    emit({"retired": key}, as_json=as_json, text=text)
