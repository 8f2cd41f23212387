"""The records of an evaluation in `evaluations/{run}/`."""

from transcription.contract.evaluation import EvaluationOrder, EvaluationOutcome
from transcription.contract.run_keys import RunKeys
from transcription.order.order_store import OrderStore

EVALUATIONS = OrderStore(EvaluationOrder, EvaluationOutcome, key=RunKeys.evaluation, writer="evaluate")
