"""Messages of Protocol Buffers, against protobuf itself, which onnx brings."""

import onnx
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper

from stylecore.engine.protobuf import BYTES, VARINT, fields, of_bytes, of_whole, written


def model():
    node = helper.make_node("LeakyRelu", ["x"], ["y"], alpha=0.25)
    given, found = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in "xy")
    return helper.make_model(helper.make_graph([node], "g" * 300, [given], [found]))


def test_what_was_read_is_written_as_it_was():
    data = model().SerializeToString()
    assert written(fields(data)) == data


@given(st.integers(0, 2**63 - 1), st.text(max_size=300))
def test_numbers_and_texts_are_those_of_protobuf(number, text):
    entry = onnx.OperatorSetIdProto(version=number, domain=text)
    assert written([of_bytes(1, text), of_whole(2, number)]) == entry.SerializeToString()
    domain, version = fields(entry.SerializeToString())
    assert (domain.number, domain.wire, domain.text()) == (1, BYTES, text)
    assert (version.number, version.wire, version.whole()) == (2, VARINT, number)


@given(st.binary(max_size=100))
def test_any_bytes_are_fields_or_a_value_error(data):
    try:
        found = list(fields(data))
    except ValueError as error:
        said = str(error)
        assert "ONNX model" in said
    else:
        assert list(fields(written(found))) == found
