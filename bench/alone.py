"""Our command with group commit switched off: every ballot waits for the disk by itself. Only for the bench."""

from __future__ import annotations

from pb.__main__ import main
from pb.services import group_commit

if __name__ == "__main__":
    group_commit.MOST_TOGETHER = 1
    main()
