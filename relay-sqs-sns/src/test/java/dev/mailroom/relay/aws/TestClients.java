package dev.mailroom.relay.aws;

import dev.mailroom.testkit.LocalAws;
import java.net.URI;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.regions.Region;

/** Where clients of tests call. */
final class TestClients {

  private TestClients() {}

  static void inEurope(AwsClientBuilder<?, ?> builder) {
    builder.region(Region.EU_WEST_1).credentialsProvider(LocalAws.credentials());
  }

  static void at(URI endpoint, AwsClientBuilder<?, ?> builder) {
    builder
        .endpointOverride(endpoint)
        .region(Region.US_EAST_1)
        .credentialsProvider(LocalAws.credentials());
  }
}
