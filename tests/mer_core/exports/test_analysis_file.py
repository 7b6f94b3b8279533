import json

from mer_core.exports import analysis_json
from mer_core.findings import what_moved
from mer_core.regions import REGIONS


def test_the_json_is_that_of_the_analysis(analysis):
    values = json.loads(analysis_json(analysis))
    assert values.pop("findings") == list(what_moved(analysis))
    assert [region["region"] for region in values.pop("regions")] == [region.name for region in REGIONS]
    assert values == analysis.to_json()
