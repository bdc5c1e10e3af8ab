"""Every quotation shown for the development needs stands in the stored profile, character for character, marks within it."""

from itertools import pairwise
from pathlib import Path

import pytest

from crawler.seeds import Problem, read_profiles
from indexer.evaluation.topics import LANGUAGES, read_topics
from indexer.results import MoreLike, Need
from indexer.searcher import Searcher


@pytest.mark.shared
def test_every_quotation_shown_for_the_dev_needs_and_for_what_is_like_their_first_matches_is_in_its_profile(
    shared: Path, profiles_searcher: Searcher
) -> None:
    read = (one for one in read_profiles(shared / "corpus/profiles.jsonl") if not isinstance(one, Problem))
    said = {(startup.id, profile.source): profile.text for startup, profile in read}
    topics = read_topics(shared / "eval/dev/topics.tsv")
    answers = [profiles_searcher.search(Need(topic.wordings[one], 20)) for topic in topics for one in LANGUAGES]
    firsts = {answer.matches[0].startup.id for answer in answers}
    similar = [profiles_searcher.similar(MoreLike(first, 20)) for first in sorted(firsts)]
    shown = [one for answer in answers for match in answer.matches for one in match.evidence]
    shown += [one for answer in similar for match in answer.matches for one in match.evidence]
    assert len(shown) > 20 * len(answers)
    told = [one.evidence for answer in answers for match in answer.matches for one in match.coverage if one.evidence]
    assert len(told) > len(answers)
    for one in (*shown, *told):
        passage = one.passage
        assert said[passage.startup_id, passage.source][passage.start : passage.end] == passage.text
        assert all(0 <= start < end <= len(passage.text) for start, end in one.marks)
        assert all(end <= after for (_, end), (after, _) in pairwise(one.marks))
