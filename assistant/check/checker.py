"""A draft held against an index, claim by claim."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from assistant.check.answers import Cited, Source, articles_of
from assistant.check.claims import Claim, claims_in
from assistant.check.draft import Draft, draft_of
from assistant.check.judging import Judge
from assistant.check.values import Checked, Report, Verdict
from assistant.relation import Comparer
from assistant.render import listed
from index.record import Scope
from index.search import Searcher


@dataclass(frozen=True, slots=True)
class Checker:
    """Checks drafts against one index."""

    searcher: Searcher
    comparer: Comparer

    def checking(self, draft: Draft, scope: Scope) -> Iterator[Checked]:
        """The claims of a draft with their verdicts, in order, each as soon as there is one."""
        judge = Judge(self.searcher, self.comparer)
        articles = self.searcher.record.articles() if draft.cited else []
        for claim, cited in _with_sources(claims_in(draft.masked), draft):
            known = {source: articles_of(source, articles) for source in cited}
            found = self._held(judge, claim, scope, known)
            yield replace(found, text=draft.text[claim.start : claim.end])

    def check(self, draft: Draft | str, scope: Scope) -> Report:
        """All of them.

        Raises:
            UsageError: there is nothing to check.
        """
        began = time.perf_counter()
        draft = draft_of(draft) if isinstance(draft, str) else draft
        claims = tuple(self.checking(draft, scope))
        return Report(draft.text, claims, time.perf_counter() - began)

    def _held(self, judge: Judge, claim: Claim, scope: Scope, known: dict[Source, tuple[str, ...]]) -> Checked:
        """A claim held against what it cites; where that does not carry it, against all articles."""
        articles = tuple(dict.fromkeys(name for names in known.values() for name in names))
        own = judge.judged(claim, scope, articles) if articles or not known or claim.barred else None
        if own and (not known or own.verdict in (Verdict.CARRIED, Verdict.NOT_CHECKABLE)):
            return own
        whole = judge.judged(claim, scope)
        missing = [f"“{source}”" for source, names in known.items() if not names]
        lacks = (f"It cites {listed(missing)}, which is no article of this index.",) if missing else ()
        if whole.verdict is Verdict.CARRIED:
            reason = f"It cites something else; {whole.reasons[0][0].lower() + whole.reasons[0][1:]}" if not missing else ""
            return replace(whole, verdict=Verdict.OUTLET, reasons=(*lacks, *filter(None, [reason])))
        found = own if own and own.verdict is not Verdict.NOT_FOUND else whole
        return replace(found, reasons=(*found.reasons, *lacks))


def _with_sources(claims: Iterator[Claim], draft: Draft) -> Iterator[tuple[Claim, tuple[Source, ...]]]:
    """Claims with what they cite: what stands in them or right behind; marks that end a paragraph stand behind all of it that has none."""
    if not draft.cited:
        yield from ((claim, ()) for claim in claims)
        return
    waiting: list[Claim] = []
    every = list(claims)
    for claim, until in zip(every, [*(after.start for after in every[1:]), len(draft.text)], strict=True):
        behind = [one for one in draft.cited if _behind(one, claim, until)]
        waiting.append(claim)
        if behind or "\n" in draft.text[claim.end : until] or until == len(draft.text):
            shared = tuple(source for one in behind if one.start == one.end for source in one.sources)
            yield from ((one, shared) for one in waiting[:-1])
            yield claim, tuple(source for one in behind for source in one.sources)
            waiting = []


def _behind(cited: Cited, claim: Claim, until: int) -> bool:
    if cited.start == cited.end:
        return claim.start <= cited.start < until
    return cited.start < claim.end and claim.start < cited.end
