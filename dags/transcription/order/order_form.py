"""The trigger form of a DAG whose runs people order. An empty field stands for the default of its option."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, cast

from transcription.contract.option_field import declared_options
from transcription.plan.request_reader import refuse_unknown
from transcription.plan.trigger_form import make_example, make_param


class OrderForm[Request]:
    """The fields of a form, which the options of a request declare.

    Args:
        request: the class of the request, whose fields are options.
    """

    def __init__(self, request: type[Request]) -> None:
        self._request = request
        # A class is hashable, which mypy does not see for a type parameter.
        self._options = {declared.name: declared for declared in declared_options(cast("Hashable", request))}
        #: The fields as Airflow's Params, by their names.
        self.params = {name: make_param(declared) for name, declared in self._options.items()}
        #: All fields with example values, as JSON.
        self.example = make_example(self._options.values())

    def read(self, params: Mapping[str, Any]) -> Request:
        """Return the request in the values of the form.

        Args:
            params: the values, by the names of the fields.

        Raises:
            OptionInvalid: the form has no such field, or a value cannot be used. The message says what can be used.
        """
        refuse_unknown(params, self._options)
        # In JSON, people write 1 for 1.0.
        chosen = {name: self._options[name].kind(value) for name, value in params.items() if value not in (None, "")}
        return self._request(**chosen)
