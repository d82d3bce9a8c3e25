package dev.mailroom.inbox.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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
    Executor started = threads.start("orders", 1);
    started.execute(() -> thread.complete(Thread.currentThread().toString()));
    assertThat(thread.get(60, TimeUnit.SECONDS)).startsWith("VirtualThread").contains("orders-1");
    threads.stop(started);
  }

  /** Built twice by one builder, they share it. */
  @Test
  void consumersHaveAPoolEach() throws Exception {
    HandlerThreads threads = HandlerThreads.pool();
    Executor first = threads.start("first", 1);
    Executor second = threads.start("second", 1);
    threads.stop(first);
    CompletableFuture<String> thread = new CompletableFuture<>();
    second.execute(() -> thread.complete(Thread.currentThread().getName()));
    assertThat(thread.get(60, TimeUnit.SECONDS)).isEqualTo("second-1");
    threads.stop(second);
  }

  @Test
  void whatIsGivenIsNotStopped() {
    ExecutorService given = Executors.newSingleThreadExecutor();
    HandlerThreads threads = HandlerThreads.of(given);
    threads.stop(threads.start("orders", 1));
    assertThat(given.isShutdown()).isFalse();
    given.shutdownNow();
  }
}
