"""The log of server and worker: one JSON object a line, without personal data.

What may stand in a line is decided here, once, and not by the many places that log: our own
messages lose long numbers, those of libraries everything that was filled in, and an exception is
its kind and its places, never its text, which may quote a row. It knows no requests.
"""

from bangfu.foundation.logs.lines import line_formatter as line_formatter
from bangfu.foundation.logs.uncaught import guard_process as guard_process
