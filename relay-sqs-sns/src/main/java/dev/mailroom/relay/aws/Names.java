package dev.mailroom.relay.aws;

import java.util.regex.Pattern;

/** What queues and topics may be called. */
final class Names {

  private static final String FIFO = ".fifo";

  private Names() {}

  static boolean fifo(String name) {
    return name.endsWith(FIFO);
  }

  static String require(String what, Pattern allowed, String name) {
    if (!allowed.matcher(name).matches()) {
      throw new IllegalArgumentException(
          what
              + " \""
              + name
              + "\" must be of A-Z a-z 0-9 _ - and may end in .fifo; SQS takes up to 80"
              + " characters and SNS up to 256");
    }
    return name;
  }
}
