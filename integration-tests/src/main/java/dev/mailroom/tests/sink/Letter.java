package dev.mailroom.tests.sink;

/**
 * What the writers of a proof write: numbered by key, so that a payload tells what is missing and
 * what is out of order.
 */
public record Letter(String destination, String key, int n) {

  public String payload() {
    return key + ":" + n;
  }

  /** What has an order of its own. */
  public String lane() {
    return lane(destination, key);
  }

  public static String lane(String destination, String key) {
    return destination + "/" + key;
  }
}
