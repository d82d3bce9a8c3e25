package dev.mailroom.outbox.jdbc;

import static org.jooq.impl.DSL.currentOffsetDateTime;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.unquotedName;
import static org.jooq.impl.DSL.val;

import java.sql.CallableStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Set;
import org.jooq.Binding;
import org.jooq.BindingGetResultSetContext;
import org.jooq.BindingGetSQLInputContext;
import org.jooq.BindingGetStatementContext;
import org.jooq.BindingRegisterContext;
import org.jooq.BindingSQLContext;
import org.jooq.BindingSetSQLOutputContext;
import org.jooq.BindingSetStatementContext;
import org.jooq.Converter;
import org.jooq.DSLContext;
import org.jooq.DataType;
import org.jooq.Field;
import org.jooq.SQLDialect;
import org.jooq.conf.ParamType;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Times for jOOQ as the columns hold them: with a time zone, or without one and then in UTC. */
final class UtcTimes implements Binding<OffsetDateTime, Instant> {

  private static final long serialVersionUID = 1;

  private static final Set<SQLDialect> WITHOUT_ZONE = Set.of(SQLDialect.MARIADB, SQLDialect.MYSQL);

  private static final DataType<Instant> TYPE =
      SQLDataType.OFFSETDATETIME.asConvertedDataType(new UtcTimes());

  static Field<Instant> column(String name) {
    return field(unquotedName(name), TYPE);
  }

  /** The time now as a column holds it, by the clock of the database. */
  static Field<Instant> now(DSLContext sql) {
    return withoutZone(sql.dialect())
        ? field("UTC_TIMESTAMP(6)", TYPE)
        : field("{0}", TYPE, currentOffsetDateTime());
  }

  private static boolean withoutZone(SQLDialect dialect) {
    return WITHOUT_ZONE.contains(dialect.family());
  }

  @Override
  public Converter<OffsetDateTime, Instant> converter() {
    return Converter.ofNullable(
        OffsetDateTime.class,
        Instant.class,
        OffsetDateTime::toInstant,
        time -> time.atOffset(ZoneOffset.UTC));
  }

  @Override
  public void sql(BindingSQLContext<Instant> context) {
    Instant time = context.value();
    if (!withoutZone(context.dialect())) {
      context.render().visit(val(context.convert(converter()).value(), OffsetDateTime.class));
    } else if (context.render().paramType() == ParamType.INLINED && time != null) {
      context.render().visit(inline(MariaDb.time(time).toString().replace('T', ' ')));
    } else {
      context.render().sql(context.variable());
    }
  }

  @Override
  public void set(BindingSetStatementContext<Instant> context) throws SQLException {
    Instant time = context.value();
    if (time == null) {
      context.statement().setNull(context.index(), Types.TIMESTAMP);
    } else {
      Object value = withoutZone(context.dialect()) ? MariaDb.time(time) : zoned(time);
      context.statement().setObject(context.index(), value);
    }
  }

  private static OffsetDateTime zoned(Instant time) {
    return time.atOffset(ZoneOffset.UTC);
  }

  @Override
  public void get(BindingGetResultSetContext<Instant> context) throws SQLException {
    context.value(time(context.resultSet(), context.index(), withoutZone(context.dialect())));
  }

  private static @Nullable Instant time(ResultSet results, int column, boolean withoutZone)
      throws SQLException {
    if (withoutZone) {
      LocalDateTime time = results.getObject(column, LocalDateTime.class);
      return time == null ? null : time.toInstant(ZoneOffset.UTC);
    }
    OffsetDateTime time = results.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }

  @Override
  public void register(BindingRegisterContext<Instant> context) throws SQLException {
    throw unused();
  }

  @Override
  public void get(BindingGetStatementContext<Instant> context) throws SQLException {
    throw unused();
  }

  @Override
  public void get(BindingGetSQLInputContext<Instant> context) throws SQLException {
    throw unused();
  }

  @Override
  public void set(BindingSetSQLOutputContext<Instant> context) throws SQLException {
    throw unused();
  }

  private static SQLException unused() {
    return new SQLFeatureNotSupportedException(CallableStatement.class + " is not used");
  }
}
