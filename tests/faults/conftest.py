"""The small country of the interface's tests, for faults that come over it."""

from tests.api.conftest import bing as bing
from tests.api.conftest import jia as jia
from tests.api.conftest import world as world
