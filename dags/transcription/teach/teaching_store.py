"""The records of a teaching in `runs/{run}/teaching/`."""

from transcription.contract.run_keys import RunKeys
from transcription.contract.teaching import TeachingOrder, TeachingOutcome
from transcription.order.order_store import OrderStore

TEACHINGS = OrderStore(TeachingOrder, TeachingOutcome, key=RunKeys.teaching, writer="teach")
