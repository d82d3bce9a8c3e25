package dev.mailroom.tests.prove;

import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Says every second how far a proof is, and at once what happens in it. Thread-safe. */
public final class Progress implements AutoCloseable {

  private final Consumer<String> told;
  private final long began = System.nanoTime();
  private final Thread clock = new Thread(this::run, "progress");
  private volatile Supplier<String> state = () -> "starting";

  /**
   * Begins.
   *
   * @param told takes each line
   */
  public Progress(Consumer<String> told) {
    this.told = told;
    clock.setDaemon(true);
    clock.start();
  }

  private void run() {
    try {
      while (true) {
        Thread.sleep(1_000);
        tell(now());
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  private String now() {
    try {
      return state.get();
    } catch (RuntimeException e) {
      return "how far it is cannot be told: " + e;
    }
  }

  /** What is said every second from now on. It is asked on another thread. */
  public void show(Supplier<String> text) {
    state = text;
  }

  /** Something has happened. */
  public void say(String event) {
    tell(event);
  }

  /** How long ago it began. */
  public Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - began);
  }

  private void tell(String text) {
    told.accept(String.format(Locale.ROOT, "%5d s  %s", elapsed().toSeconds(), text));
  }

  @Override
  public void close() {
    clock.interrupt();
  }
}
