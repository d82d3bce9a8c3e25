package dev.mailroom.inbox.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

class HandlerThreadsTest {

  @Test
  @EnabledForJreRange(max = JRE.JAVA_20)
  void aJvmWithoutVirtualThreadsSaysSo() {
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(HandlerThreads::virtual)
        .withMessageContaining("needs Java 21 or later, but this is Java");
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_21)
  void eachTaskHasAVirtualThread() throws Exception {
    HandlerThreads threads = HandlerThreads.virtual();
    CompletableFuture<String> thread = new CompletableFuture<>();
    threads.start("orders", 1).execute(() -> thread.complete(Thread.currentThread().toString()));
    assertThat(thread.get(60, TimeUnit.SECONDS)).startsWith("VirtualThread").contains("orders-1");
    threads.stop();
  }
}
