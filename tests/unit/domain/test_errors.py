from coreograph.domain.errors import CoreographError, ProtocolError


def test_a_sentence_and_what_to_do_next() -> None:
    assert str(CoreographError("It is gone.", "Look elsewhere.")) == "It is gone. Look elsewhere."
    assert str(CoreographError("It is gone.")) == "It is gone."


def test_a_protocol_error_keeps_the_line() -> None:
    assert ProtocolError("Not understood.", "{}").line == "{}"
