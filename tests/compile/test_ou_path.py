"""A document for an OU whose path isn't known yet, and the same once it is."""

import pytest
from zones_as_data import OU_PATH, declared, deployed

from sovereignty.compile import ou_path, rcp, scp

BEFORE, AFTER = "o-a1b2c3d4e5/r-aaaa/ou-aaaa-11111111/*", "o-a1b2c3d4e5/r-zzzz/ou-zzzz-11111111/"
PATHS = [[BEFORE, AFTER], [AFTER, BEFORE], [OU_PATH + "*"], []]


@pytest.mark.parametrize("others", PATHS)
def test_a_document_that_was_compiled_for_any_ou_is_the_one_of_its_path_once_that_is_put_in(others: list[str]):
    zone, known = declared("eu"), deployed(awsOrganizationPaths=others)
    anywhere = known.model_copy(update={"aws_zone_ou_path": ou_path.unknown()})
    for compiled in (scp.documents, rcp.documents):
        placed = [(each.path, ou_path.placed(each.text, OU_PATH)) for each in compiled(zone, anywhere)]
        assert placed == [(each.path, each.text) for each in compiled(zone, known)]


def test_what_names_no_ou_is_left_as_it_is():
    assert ou_path.placed("{}", OU_PATH) == "{}"
    assert ou_path.unknown() not in ou_path.placed(f'"{ou_path.unknown()}*"', OU_PATH)
