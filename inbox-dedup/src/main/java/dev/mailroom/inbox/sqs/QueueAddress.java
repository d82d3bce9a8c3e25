package dev.mailroom.inbox.sqs;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A queue as the user named it. A name or ARN is turned into a URL by asking SQS. */
record QueueAddress(String name, Optional<String> account, Optional<String> url) {

  /** SQS API Reference, CreateQueue, QueueName; a FIFO queue's 80 characters include its suffix. */
  private static final Pattern NAME = Pattern.compile("(?=.{1,80}$)[A-Za-z0-9_-]+(\\.fifo)?");

  private static final int ARN_PARTS = 6;

  /**
   * @param create whether it is to be made if it is missing, which takes its name
   */
  static QueueAddress of(@Nullable String text, boolean create) {
    if (text == null) {
      throw new IllegalArgumentException("queue is missing: give its name, URL or ARN");
    }
    QueueAddress address = parse(text);
    if (create && (address.url.isPresent() || address.account.isPresent())) {
      throw new IllegalArgumentException(
          "createIfMissing needs the queue's name alone, but queue is " + text);
    }
    return address;
  }

  static QueueAddress parse(String text) {
    if (text.startsWith("http://") || text.startsWith("https://")) {
      String name = text.substring(text.lastIndexOf('/') + 1);
      return new QueueAddress(checked(name, text), Optional.empty(), Optional.of(text));
    }
    if (text.startsWith("arn:")) {
      List<String> parts = List.of(text.split(":", -1));
      if (parts.size() != ARN_PARTS || !parts.get(2).equals("sqs")) {
        throw invalid(text);
      }
      return new QueueAddress(
          checked(parts.get(5), text), Optional.of(parts.get(4)), Optional.empty());
    }
    return new QueueAddress(checked(text, text), Optional.empty(), Optional.empty());
  }

  boolean fifo() {
    return name.endsWith(".fifo");
  }

  private static String checked(String name, String text) {
    if (!NAME.matcher(name).matches()) {
      throw invalid(text);
    }
    return name;
  }

  private static IllegalArgumentException invalid(@Nullable String text) {
    return new IllegalArgumentException(
        "queue must be a name of 1 to 80 letters, digits, - and _ (.fifo may end it), a queue URL"
            + " or arn:…:sqs:region:account:name, but is \""
            + text
            + "\"");
  }
}
