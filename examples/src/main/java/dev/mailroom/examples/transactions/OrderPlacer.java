package dev.mailroom.examples.transactions;

/** Places an order and tells of it, in one transaction. */
public interface OrderPlacer {

  /** What the message carries. */
  static String json(String order, int cents) {
    return "{\"order\": \"" + order + "\", \"cents\": " + cents + "}";
  }

  /**
   * Places an order.
   *
   * @throws RuntimeException if the order was refused or could not be written; then there is
   *     neither an order nor a message
   */
  void place(String order, int cents);
}
