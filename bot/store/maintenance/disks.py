"""What kind of disk a file is on: SQLite needs a local one that outlives a restart."""

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
        """Return whether it is a network disk, whose file locks are unreliable.

        Source: https://www.sqlite.org/faq.html#q5
        """
        return self.kind.startswith(_NETWORK)

    @property
    def fleeting(self) -> str | None:
        """Return why it does not survive a restart or a deployment, else `None`."""
        return _FLEETING.get(self.kind)


def disk_of(path: Path, mounts: Path = MOUNTS) -> Disk:
    """Return the disk under a path, which need not exist.

    `mounts` is Linux's list of mounts; on other systems the kind is unknown.
    """
    try:
        lines = mounts.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return Disk("")
    found, deepest = "", -1
    for line in lines:
        _, point, kind, *_ = line.split(" ")
        # The kernel writes a space in a path as \040, see fstab(5).
        mounted = Path(point.encode().decode("unicode_escape"))
        depth = len(mounted.parts)
        # Of two mounts on the same point the later one is on top.
        if path.resolve().is_relative_to(mounted) and depth >= deepest:
            found, deepest = kind, depth
    return Disk(found)


def must_be_ours(path: Path, mounts: Path = MOUNTS) -> None:
    """Raise BotError for a database on a network disk."""
    if (disk := disk_of(path, mounts)).is_network:
        raise BotError(
            f"{path} lies on a network disk ({disk.kind}), where SQLite gets damaged. "
            "Set DATABASE_URL to a file on a disk of this machine."
        )
