package dev.mailroom.tests.town;

import dev.mailroom.testkit.FaultPlan;
import dev.mailroom.testkit.LocalAws;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * SQS and SNS in a process of their own. It says where it listens and then obeys the lines on
 * standard input, until that ends:
 *
 * <ul>
 *   <li>{@code well}: nothing goes wrong
 *   <li>{@code faults}: it throttles, fails, and fails single entries of batches
 *   <li>{@code lossy}: it does so, and does not answer to some of what it has done
 *   <li>{@code slow}: it does all, and takes 200 ms for each call
 *   <li>{@code down}: it does nothing
 *   <li>{@code forgetful NAME}: a FIFO queue that delivers repeats, as all do after 5 minutes
 *   <li>{@code unanswered}: how many calls were carried out without an answer
 * </ul>
 */
public final class AwsMain {

  private static final FaultPlan FAULTS =
      new FaultPlan(0.05, 0.05, 0, 0.05, 0, Duration.ofMillis(2));

  private AwsMain() {}

  /** Starts it. */
  public static void main(String... arguments) throws IOException {
    try (LocalAws aws = LocalAws.start();
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      System.out.println("ready " + aws.endpoint());
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        System.out.println("obeyed " + line + " " + obey(aws, List.of(line.split(" "))));
      }
    }
  }

  private static Object obey(LocalAws aws, List<String> words) {
    switch (words.get(0)) {
      case "well" -> aws.faults().all(FaultPlan.NONE);
      case "faults" -> aws.faults().all(FAULTS);
      case "lossy" -> aws.faults().all(FAULTS.withLostResponse(0.1));
      case "slow" -> aws.faults().all(FaultPlan.NONE.withLatency(Duration.ofMillis(200)));
      case "down" -> aws.faults().all(FAULTS.withServerError(1));
      case "forgetful" -> aws.faults().forgetful(words.get(1));
      case "unanswered" -> {
        return aws.faults().counts().lostResponses();
      }
      default -> throw new IllegalArgumentException(String.join(" ", words));
    }
    return "";
  }
}
