"""The worker: does the jobs that wait, one after the other, and what is due each minute."""

from __future__ import annotations

from pb.extensions import db
from pb.services.cards import KIND as CARDS
from pb.services.cards import delete_due_cards, make_part
from pb.services.delivery import clear_failed
from pb.services.explanations import KIND as EXPLANATIONS
from pb.services.explanations import explain_part
from pb.services.jobs import Step, log_bug, next_job, run
from pb.services.paper_sheets import KIND as PAPERS
from pb.services.paper_sheets import draw_part

#: The step of each kind of job.
STEPS: dict[str, Step] = {CARDS: make_part, EXPLANATIONS: explain_part, PAPERS: draw_part}


def work_due() -> int:
    """Do every job that waits, to its end; gives how many. Files and messages that are due are deleted first.

    A file that cannot be deleted is logged, looked for again the next time, and keeps back no job.
    """
    db.session.rollback()  # to see what others have written since the last look
    try:
        delete_due_cards()
    except OSError as error:
        log_bug(error)
    clear_failed()
    count = 0
    while (job := next_job(list(STEPS))) is not None:
        run(job.id, STEPS[job.kind])
        count += 1
    return count
