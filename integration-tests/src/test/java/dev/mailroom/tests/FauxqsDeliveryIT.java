package dev.mailroom.tests;

import dev.mailroom.testkit.FauxqsServer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import software.amazon.awssdk.services.sns.SnsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;

/** The npm emulator, written by others: a second opinion. CI must have it; else it is optional. */
class FauxqsDeliveryIT extends DeliveryContract {

  private static final Path PACKAGE =
      Path.of(System.getProperty("mailroom.fauxqs.dir", "fauxqs")).toAbsolutePath();

  private static FauxqsServer server;
  private static SqsAsyncClient sqs;
  private static SnsAsyncClient sns;

  @BeforeAll
  static void start() {
    Assumptions.assumeTrue(
        System.getenv("CI") != null || FauxqsServer.available(PACKAGE),
        "fauxqs is not installed: run `npm ci` in integration-tests/fauxqs");
    server = FauxqsServer.startIn(PACKAGE);
    sqs = server.configure(SqsAsyncClient.builder()).build();
    sns = server.configure(SnsAsyncClient.builder()).build();
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      sqs.close();
      sns.close();
      server.close();
    }
  }

  /** fauxqs 1.9.2 takes the halves of such a character for forbidden ones; SQS does not. */
  @Override
  boolean takesSupplementaryCharacters() {
    return false;
  }

  @Override
  SqsAsyncClient sqs() {
    return sqs;
  }

  @Override
  SnsAsyncClient sns() {
    return sns;
  }
}
