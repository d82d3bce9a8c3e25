package dev.mailroom.inbox.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RunTest {

  private final Run run = new Run(List.of());

  @Test
  void isTakenOnce() {
    assertThat(run.take()).isTrue();
    assertThat(run.take()).isFalse();
  }

  /** Between two attempts there is no thread to interrupt. */
  @Test
  void nothingBeginsOnceItCloses() {
    assertThat(run.begin()).isTrue();
    run.end();
    run.close();
    assertThat(run.wasInterrupted()).isFalse();
    assertThat(run.begin()).isFalse();
    assertThat(run.interrupt()).isFalse();
  }

  @Test
  void closingInterruptsWhatRunsAndNothingLater() {
    assertThat(run.begin()).isTrue();
    run.close();
    assertThat(Thread.currentThread().isInterrupted()).isTrue();
    run.end();
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    assertThat(run.isClosing()).isTrue();
  }
}
