package dev.mailroom.examples.transactions;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import org.jspecify.annotations.Nullable;

/** An order, as JPA sees it. */
@Entity(name = "purchase")
public class Purchase {

  @Id private @Nullable String id;

  @Column(nullable = false)
  private int cents;

  /** For JPA. */
  protected Purchase() {}

  /** A new one. */
  public Purchase(String id, int cents) {
    this.id = id;
    this.cents = cents;
  }
}
