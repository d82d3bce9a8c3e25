package dev.mailroom.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;

/**
 * The emulator <a href="https://github.com/kibertoad/fauxqs">fauxqs</a>, which speaks SQS and SNS,
 * in a Node process of its own: a second opinion beside {@link LocalAws}, written by others. It
 * listens on 127.0.0.1 and a free port, and ends with this JVM, even with a killed one.
 *
 * <p>It differs from AWS: a FIFO queue gives one message of a group per receive, more than 10
 * attributes are accepted, SNS does not pass on the message group of standard topics, and a topic's
 * {@code MaximumMessageSize} cannot be set.
 *
 * <p>Thread-safe.
 */
public final class FauxqsServer implements AutoCloseable {

  private static final String LISTENING = "listening ";

  /** Its own command line would listen on every interface. It ends when this process does. */
  private static final String SCRIPT =
      """
      import { buildApp } from "fauxqs";
      const app = buildApp({ logger: false });
      console.log("listening " + (await app.listen({ port: 0, host: "127.0.0.1" })));
      process.stdin.on("end", () => process.exit()).resume();
      """;

  private final Process process;
  private final URI endpoint;
  private final Thread endAtExit;

  private FauxqsServer(Process process, URI endpoint) {
    this.process = process;
    this.endpoint = endpoint;
    this.endAtExit = new Thread(process::destroyForcibly, "mailroom-fauxqs-end");
    Runtime.getRuntime().addShutdownHook(endAtExit);
  }

  /**
   * Whether {@link #startIn} can work: Node runs, and fauxqs is installed in {@code packageDir}.
   */
  public static boolean available(Path packageDir) {
    return isInstalled(packageDir) && nodeRuns();
  }

  /**
   * Starts the fauxqs that is installed in {@code packageDir}; returns when it listens.
   *
   * @param packageDir where {@code package.json} names it and {@code npm ci} was run
   * @throws IllegalStateException if Node or fauxqs is missing, or it does not start
   */
  public static FauxqsServer startIn(Path packageDir) {
    if (!isInstalled(packageDir)) {
      throw new IllegalStateException(
          "fauxqs is not installed in " + packageDir.toAbsolutePath() + ": run `npm ci` there");
    }
    if (!nodeRuns()) {
      throw new IllegalStateException("Node is not on the PATH: install Node 20 or later");
    }
    Process process = launch(packageDir);
    try {
      return new FauxqsServer(process, address(process).orTimeout(60, TimeUnit.SECONDS).join());
    } catch (CompletionException e) {
      process.destroyForcibly();
      throw new IllegalStateException("fauxqs did not start in " + packageDir, e.getCause());
    }
  }

  private static boolean isInstalled(Path packageDir) {
    return Files.isRegularFile(packageDir.resolve("node_modules/fauxqs/package.json"));
  }

  private static boolean nodeRuns() {
    try {
      Process process =
          new ProcessBuilder("node", "--version")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException notFound) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static Process launch(Path packageDir) {
    try {
      return new ProcessBuilder("node", "--input-type=module", "--eval", SCRIPT)
          .directory(packageDir.toFile())
          .redirectErrorStream(true)
          .start();
    } catch (IOException e) {
      throw new IllegalStateException("Could not start Node in " + packageDir, e);
    }
  }

  /** Reads on for as long as the process lives, lest it blocks on a full pipe. */
  private static CompletableFuture<URI> address(Process process) {
    CompletableFuture<URI> address = new CompletableFuture<>();
    Thread reader = new Thread(() -> read(process, address), "mailroom-fauxqs-output");
    reader.setDaemon(true);
    reader.start();
    return address;
  }

  private static void read(Process process, CompletableFuture<URI> address) {
    StringBuilder before = new StringBuilder();
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(LISTENING)) {
          address.complete(URI.create(line.substring(LISTENING.length())));
        } else if (!address.isDone()) {
          before.append(line).append('\n');
        }
      }
    } catch (IOException streamClosed) {
      before.append(streamClosed);
    }
    address.completeExceptionally(new IllegalStateException("Node ended, saying:\n" + before));
  }

  /** Where SQS and SNS are spoken. */
  public URI endpoint() {
    return endpoint;
  }

  /** Points an SDK client here: sets endpoint, region and credentials, and returns the builder. */
  public <B extends AwsClientBuilder<B, ?>> B configure(B builder) {
    return Clients.aim(builder, endpoint);
  }

  /** Ends the process; what its queues held is gone. */
  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
    try {
      Runtime.getRuntime().removeShutdownHook(endAtExit);
    } catch (IllegalStateException jvmIsEnding) {
      // Then the hook does the same again, harmlessly.
    }
  }
}
