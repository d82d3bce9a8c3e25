package dev.mailroom.tests.town;

import dev.mailroom.testkit.FaultPlan;
import dev.mailroom.testkit.LocalAws;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * SQS and SNS in a process of their own. It says where it listens and then obeys the words {@code
 * down}, {@code faults} and {@code well} on standard input, until that ends.
 */
public final class AwsMain {

  private static final FaultPlan FAULTS =
      new FaultPlan(0.05, 0.05, 0.05, 0.05, 0, Duration.ofMillis(2));
  private static final FaultPlan DOWN = FAULTS.withServerError(1);

  private AwsMain() {}

  /** Starts it. */
  public static void main(String... arguments) throws IOException {
    try (LocalAws aws = LocalAws.start();
        BufferedReader words =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      System.out.println("ready " + aws.endpoint());
      for (String word = words.readLine(); word != null; word = words.readLine()) {
        switch (word) {
          case "down" -> aws.faults().all(DOWN);
          case "faults" -> aws.faults().all(FAULTS);
          default -> aws.faults().clear();
        }
        System.out.println("obeyed " + word);
      }
    }
  }
}
