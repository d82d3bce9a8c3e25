package dev.mailroom.examples.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A process of the shop, which can be killed as hard as a machine that loses its power. */
final class Worker implements AutoCloseable {

  private static final int READY_WITHIN_SECONDS = 60;

  private final Class<?> program;
  private final String argument;
  private final Map<String, String> environment;
  private final Path log;
  private Process process;

  Worker(Class<?> program, String argument, Map<String, String> environment, Path log)
      throws IOException {
    this.program = program;
    this.argument = argument;
    this.environment = environment;
    this.log = log;
    this.process = start();
    // Whatever ends this JVM, the process does not outlive it.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> current().destroyForcibly()));
  }

  /** Waits until the program says that it is ready. */
  void awaitReady() throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_WITHIN_SECONDS);
    while (!Files.readString(log).contains("ready")) {
      if (!isAlive() || System.nanoTime() > end) {
        throw new IOException(program.getSimpleName() + " did not start; it logged to " + log);
      }
      Thread.sleep(50);
    }
  }

  private Process start() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            program.getName(),
            argument);
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    return builder.start();
  }

  private synchronized Process current() {
    return process;
  }

  /** SIGKILL, in the middle of whatever it does, and a new one in its place. */
  synchronized void killAndRestart() throws IOException, InterruptedException {
    process.destroyForcibly().waitFor();
    process = start();
  }

  boolean isAlive() {
    return current().isAlive();
  }

  /** The audit is done: nothing is left that it could lose. */
  @Override
  public void close() {
    current().destroyForcibly();
  }
}
