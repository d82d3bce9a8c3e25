package dev.mailroom.inbox.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class RedrivePolicyTest {

  @ParameterizedTest
  @ValueSource(strings = {"5", "\"5\""})
  void isReadWithNumbersOfEitherType(String receives) {
    assertThat(
            RedrivePolicy.parse(
                "{\"deadLetterTargetArn\":\"arn\",\"x\":{\"y\":[1]},\"maxReceiveCount\":"
                    + receives
                    + "}"))
        .contains(new RedrivePolicy("arn", 5));
  }

  @ParameterizedTest
  @NullAndEmptySource
  @ValueSource(strings = {"{}", "no JSON", "{\"maxReceiveCount\":3}"})
  void isNoneWhereNoneCanBeRead(String text) {
    assertThat(RedrivePolicy.parse(text)).isEmpty();
  }

  @Test
  void isNoneWithoutItsQueue() {
    assertThat(RedrivePolicy.parse("[]")).isEmpty();
  }
}
