"""All remote providers, for the tests that they share; local has tests of its own."""

from tests.providers.apiframe_case import CASE as APIFRAME
from tests.providers.modelslab_case import CASE as MODELSLAB
from tests.providers.scenario_case import CASE as SCENARIO
from tests.providers.test_aithriving import CASE as AITHRIVING
from tests.providers.test_iopaint import CASE as IOPAINT
from tests.providers.test_qolaba import CASE as QOLABA

ALL = (AITHRIVING, APIFRAME, IOPAINT, MODELSLAB, QOLABA, SCENARIO)
CASES = {case.spec.slug: case for case in ALL}
