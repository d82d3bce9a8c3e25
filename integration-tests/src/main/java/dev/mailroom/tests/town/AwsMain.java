package dev.mailroom.tests.town;

import dev.mailroom.testkit.FaultPlan;
import dev.mailroom.testkit.FauxqsServer;
import dev.mailroom.testkit.LocalAws;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/**
 * SQS and SNS in a process of their own: those of the testkit, or fauxqs if an argument names its
 * directory, which is always well. It says where it listens and then obeys the lines on standard
 * input, until that ends:
 *
 * <ul>
 *   <li>{@code well}: nothing goes wrong
 *   <li>{@code faults}: it throttles, fails, and fails single entries of batches
 *   <li>{@code lossy}: it does so, and does not answer to most of what it has done
 *   <li>{@code slow}: it does all, and takes 200 ms for each call
 *   <li>{@code down}: it does nothing
 *   <li>{@code forgetful NAME}: a FIFO queue that delivers repeats, as all do after 5 minutes
 *   <li>{@code unanswered}: how many messages were taken in calls that got no answer
 * </ul>
 */
public final class AwsMain {

  private static final FaultPlan FAULTS =
      new FaultPlan(0.05, 0.05, 0, 0.05, 0, Duration.ofMillis(2));

  /** A client may try again by itself: more than half of its second attempts are lost, too. */
  private static final double LOST = 0.8;

  private AwsMain() {}

  /** Starts it. */
  public static void main(String... arguments) throws IOException {
    if (arguments.length > 0) {
      try (FauxqsServer fauxqs = FauxqsServer.startIn(Path.of(arguments[0]))) {
        listen(fauxqs.endpoint(), AwsMain::refuse);
      }
    } else {
      try (LocalAws aws = LocalAws.start()) {
        listen(aws.endpoint(), words -> obey(aws, words));
      }
    }
  }

  private static void listen(URI endpoint, Function<List<String>, Object> obey) throws IOException {
    System.out.println("ready " + endpoint);
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        System.out.println("obeyed " + line + " " + obey.apply(List.of(line.split(" "))));
      }
    }
  }

  private static Object refuse(List<String> words) {
    throw new IllegalArgumentException("fauxqs cannot do that: " + String.join(" ", words));
  }

  private static Object obey(LocalAws aws, List<String> words) {
    switch (words.get(0)) {
      case "well" -> aws.faults().all(FaultPlan.NONE);
      case "faults" -> aws.faults().all(FAULTS);
      case "lossy" -> aws.faults().all(FAULTS.withLostResponse(LOST));
      case "slow" -> aws.faults().all(FaultPlan.NONE.withLatency(Duration.ofMillis(200)));
      case "down" -> aws.faults().all(FAULTS.withServerError(1));
      case "forgetful" -> aws.faults().forgetful(words.get(1));
      case "unanswered" -> {
        return aws.faults().counts().lostMessages();
      }
      default -> throw new IllegalArgumentException(String.join(" ", words));
    }
    return "";
  }
}
