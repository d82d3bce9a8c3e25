package dev.mailroom.relay.aws;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The ARN of a queue or topic. */
record Arn(String text, String region, String account, String name) {

  private static final Pattern ARN =
      Pattern.compile("arn:aws[a-z-]*:(sqs|sns):([A-Za-z0-9-]+):([0-9]{12}):([^:]+)");

  static Arn parse(String text, String service) {
    Matcher parts = ARN.matcher(text);
    if (!parts.matches() || !parts.group(1).equals(service)) {
      throw new IllegalArgumentException(
          "ARN \"" + text + "\" must be like arn:aws:" + service + ":eu-west-1:123456789012:name");
    }
    return new Arn(text, parts.group(2), parts.group(3), parts.group(4));
  }
}
