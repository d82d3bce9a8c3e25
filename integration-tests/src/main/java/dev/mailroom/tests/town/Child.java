package dev.mailroom.tests.town;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A JVM of its own, which can be killed, paused, and told to stop. */
public final class Child implements AutoCloseable {

  private static final Duration ANSWERS_WITHIN = Duration.ofMinutes(2);
  private static final Duration STOPS_WITHIN = Duration.ofSeconds(30);
  private static final int LAST_WORDS = 4_000;
  private static final String END = "\0"; // No child says that.

  private final Process process;
  private final Path log;
  private final BlockingQueue<String> output = new LinkedBlockingQueue<>();

  private @Nullable String greeting; // Null until it was awaited.

  /**
   * Starts it and does not wait for it.
   *
   * @param log gets what it says on standard error
   */
  public Child(Class<?> program, Map<String, String> environment, Path log, String... arguments)
      throws IOException {
    this.log = log;
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    process = builder.start();
    endWithThisJvm();
    Thread reader = new Thread(this::read, program.getSimpleName() + " speaks");
    reader.setDaemon(true);
    reader.start();
  }

  private void endWithThisJvm() {
    Thread hook = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(hook);
    CompletableFuture<?> unused =
        process.onExit().thenRun(() -> Runtime.getRuntime().removeShutdownHook(hook));
  }

  /** All that it says, so that it never waits for somebody to listen. */
  private void read() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      lines.lines().forEach(output::add);
    } catch (IOException | UncheckedIOException e) {
      // It was killed in mid-sentence.
    } finally {
      output.add(END);
    }
  }

  /** What it says when it is ready, after that word; waits for it. */
  public String greeting() throws IOException {
    if (greeting == null) {
      greeting = await("ready ");
    }
    return greeting;
  }

  /** Whether the process lives. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** What it has used of the processors until now. */
  public Duration processorTime() {
    return process.info().totalCpuDuration().orElseThrow();
  }

  /** The rest of the next line that begins so. */
  private String await(String beginning) throws IOException {
    long end = System.nanoTime() + ANSWERS_WITHIN.toNanos();
    for (String line = hear(end); !line.equals(END); line = hear(end)) {
      if (line.startsWith(beginning)) {
        return line.substring(beginning.length());
      }
    }
    throw new IOException(
        "A child process ended, or was silent for %d s, before it said '%s'. Its last words: %s"
            .formatted(ANSWERS_WITHIN.toSeconds(), beginning, lastWords()));
  }

  /** The directory of the log may go, so they belong into the message. */
  private String lastWords() throws IOException {
    String all = Files.readString(log);
    return all.substring(Math.max(0, all.length() - LAST_WORDS));
  }

  private String hear(long end) {
    try {
      String line = output.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      return line == null ? END : line;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return END;
    }
  }

  /** Says something, waits until it was obeyed, and returns what was answered to it. */
  public String tell(String word) throws IOException {
    greeting();
    Writer input = process.outputWriter(StandardCharsets.UTF_8);
    input.write(word + "\n");
    input.flush();
    return await("obeyed " + word).strip();
  }

  /** SIGKILL. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** SIGTERM. */
  public void terminate() {
    process.toHandle().destroy(); // The process itself would close its streams, too.
  }

  /**
   * SIGTERM, and waits for its end.
   *
   * @throws IllegalStateException if it does not end within 30 s
   */
  public void stop() throws InterruptedException {
    terminate();
    if (!process.waitFor(STOPS_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
      throw new IllegalStateException(
          "A child process did not stop within " + STOPS_WITHIN.toSeconds() + " s");
    }
  }

  /** What it says when it has left, after that word; waits for it. */
  public String farewell() throws IOException {
    return await("left ");
  }

  /** SIGSTOP: it stands still in the middle of whatever it does. */
  public void pause() throws IOException, InterruptedException {
    signal("STOP");
  }

  /** SIGCONT. */
  public void resume() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    if (kill.waitFor() != 0) {
      throw new IOException("SIG" + name + " could not be sent to a child process");
    }
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
