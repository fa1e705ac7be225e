"""What kind of disk a file lies on: SQLite needs one that is ours, and that stays."""

from dataclasses import dataclass
from pathlib import Path

from bot.errors import BotError

MOUNTS = Path("/proc/self/mounts")

_NETWORK = ("nfs", "cifs", "smb", "afs", "fuse.sshfs", "glusterfs", "ceph", "davfs")
_FLEETING = {
    "overlay": "a container's own disk, which is thrown away with the container",
    "aufs": "a container's own disk, which is thrown away with the container",
    "tmpfs": "in memory",
    "ramfs": "in memory",
}


@dataclass(frozen=True, slots=True)
class Disk:
    """The file system under a path. `kind` is the system's word, empty if unknown."""

    kind: str

    @property
    def is_network(self) -> bool:
        """Tell whether its locks cannot be trusted, so that SQLite may be damaged."""
        return self.kind.startswith(_NETWORK)

    @property
    def fleeting(self) -> str | None:
        """Return why it will not survive a deploy or a restart; `None` if it will."""
        return _FLEETING.get(self.kind)


def disk_of(path: Path, mounts: Path = MOUNTS) -> Disk:
    """Return the disk under a path, which need not exist.

    `mounts` lists what is mounted, as Linux does; elsewhere nothing is known.
    """
    try:
        lines = mounts.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return Disk("")
    found, deepest = "", -1
    for line in lines:
        _, point, kind, *_ = line.split(" ")
        mounted = Path(point.encode().decode("unicode_escape"))
        depth = len(mounted.parts)
        # Of two on the same point the later one is on top.
        if path.resolve().is_relative_to(mounted) and depth >= deepest:
            found, deepest = kind, depth
    return Disk(found)


def must_be_ours(path: Path, mounts: Path = MOUNTS) -> None:
    """Raise BotError for a record on a disk where SQLite's locks cannot be trusted."""
    if (disk := disk_of(path, mounts)).is_network:
        raise BotError(
            f"{path} lies on a network disk ({disk.kind}), where SQLite gets damaged. "
            "Set DATABASE_URL to a file on a disk of this machine."
        )
