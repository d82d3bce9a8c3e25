package dev.mailroom.testkit.database;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives a JUnit test class (JUnit 5.13 or later) a {@link TestDatabase} of its own, dropped after
 * its last test. Constructors, tests and life cycle methods of the class and of classes nested in
 * it may take a {@link TestDatabase} or a {@link javax.sql.DataSource} as a parameter.
 *
 * <pre>{@code
 * @WithDatabase(value = DatabaseKind.POSTGRESQL, setUp = OrdersTest.Tables.class)
 * class OrdersTest {
 *
 *   static final class Tables implements DatabaseSetUp {
 *     public void setUp(DataSource database) {
 *       OutboxSchema.migrate(database);
 *     }
 *   }
 *
 *   @Test
 *   void anOrderIsAnnounced(DataSource database) { … }
 * }
 * }</pre>
 *
 * <p>Where the database cannot be had ({@link DatabaseKind#MYSQL} without a URL, a program or
 * Docker), the tests are skipped and the reason is told. Test classes may run in parallel.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ExtendWith(DatabaseExtension.class)
public @interface WithDatabase {

  /** Which kind to have. */
  DatabaseKind value();

  /** Run in this order on the empty database; each needs a constructor without parameters. */
  Class<? extends DatabaseSetUp>[] setUp() default {};
}
