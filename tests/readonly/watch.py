"""Runs a command under strace and says what it did to the world."""

import dataclasses
import os
import re
import subprocess

# Calls that change what is on a disk by a name, and by a descriptor.
NAMED = "rename renameat renameat2 link linkat symlink symlinkat unlink unlinkat rmdir mkdir mkdirat mknod mknodat chmod fchmodat fchmodat2 chown lchown fchownat truncate utime utimes utimensat futimesat setxattr lsetxattr removexattr lremovexattr mount umount2 creat"
BY_DESCRIPTOR = "ftruncate fallocate fchmod fchown fsetxattr fremovexattr"
OPENING = "open openat openat2"
NETWORK = "socket socketpair connect bind listen accept accept4 sendto sendmsg sendmmsg io_uring_setup"
STARTING = "execve execveat"
# `?`: a strace that does not know a call passes over it.
TRACED = ",".join(f"?{call}" for call in f"{NAMED} {BY_DESCRIPTOR} {OPENING} {NETWORK} {STARTING}".split())

WRITING = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND|O_TMPFILE")
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
BASE = re.compile(r"(?:AT_FDCWD|\d+)<([^>]*)>")
NOT_FILES = ("/dev/null", "/dev/tty")


@dataclasses.dataclass
class Seen:
    """What a run did."""

    exit: int
    out: str
    err: str
    opened: list
    written: list
    sockets: list
    started: list


def watch(command, folder, environment, log):
    """Runs it to its end."""
    traced = ["strace", "-f", "-qq", "-y", "-s", "8192", "-e", "signal=none", "-e", f"trace={TRACED}", "-o", str(log)]
    done = subprocess.run(
        [*traced, *command], cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace"
    )
    seen = Seen(done.returncode, done.stdout, done.stderr, [], [], [], [])
    for line in log.read_text(errors="replace").splitlines():
        note(line, seen)
    return seen


def note(line, seen):
    called = re.match(r"^\d+ +(\w+)\((.*)", line)
    if not called:
        return
    call, rest = called.groups()
    if call in OPENING.split():
        names = paths(rest)
        seen.opened.extend(names)
        if WRITING.search(re.sub(QUOTED, "", rest)):
            seen.written.extend(f"{call} {name}" for name in names if name not in NOT_FILES)
    elif call in NAMED.split():
        seen.written.extend(f"{call} {name}" for name in paths(rest))
    elif call in BY_DESCRIPTOR.split():
        seen.written.extend(f"{call} {name}" for name in BASE.findall(rest)[:1])
    elif call == "connect" and "/nscd/socket" in rest and seen.sockets:
        # The C library asks a cache of this machine for the name of the user, in ssh-keygen.
        seen.sockets.pop()
    elif call == "socketpair" and "AF_UNIX" in rest:
        # Both ends are this process: tokio wakes itself up by a signal through it.
        pass
    elif call in NETWORK.split():
        seen.sockets.append(line)
    elif call in STARTING.split() and "ENOENT" not in line:
        seen.started.append(arguments(rest))


def paths(rest):
    """The paths of a call, made absolute by the folder that strace names before each."""
    found, base = [], "/"
    for at in re.finditer(rf"{BASE.pattern}|{QUOTED.pattern}", rest):
        if at.group(1) is not None:
            base = at.group(1)
        else:
            found.append(os.path.normpath(os.path.join(base, at.group(2))))
    return found


def arguments(rest):
    """The argv of an execve."""
    listed = rest[rest.index("[") : rest.rindex("]") + 1] if "[" in rest else ""
    return [re.sub(r"\\(.)", r"\1", word) for word in QUOTED.findall(listed)]
