package bigdust.interop;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Random;

/** Random values of each data type, its extremes among them. */
final class Values {
  private static final long FIRST_DAY = LocalDate.of(1, 1, 1).toEpochDay();
  private static final long LAST_DAY = LocalDate.of(9999, 12, 31).toEpochDay();
  private static final int LARGEST_PRECISION = 38;
  private static final int SECONDS_OF_DAY = 86400;
  private static final long NANOS = 1_000_000_000L;

  private final Random random;
  private final Texts texts;
  private int notFinite;

  Values(Random random) {
    this.random = random;
    this.texts = new Texts(random);
  }

  Value of(String type) {
    boolean extreme = random.nextInt(20) == 0;
    return switch (type) {
      case "BOOLEAN" -> asItIs(random.nextBoolean());
      case "SHORT" -> asItIs(extreme ? Short.MIN_VALUE : (short) random.nextInt());
      case "INT" -> asItIs(extreme ? Integer.MIN_VALUE : random.nextInt());
      case "LONG" -> asItIs(extreme ? Long.MIN_VALUE : random.nextLong() >> random.nextInt(64));
      case "DECIMAL" -> decimal();
      case "FLOAT" -> floating(extreme);
      case "DOUBLE" -> doubleFloating(extreme);
      case "NAIVE_DATE" -> Texts.string(date().toString());
      case "NAIVE_DATETIME" -> Texts.string(dateTime().toString());
      case "UTC_DATETIME" -> Texts.string(instant().toString());
      case "NAIVE_TIME" -> Texts.string(time().toString());
      case "BINARY" -> binary();
      case "XML" -> Texts.string(texts.xml());
      case "STRING" -> Texts.string(texts.text());
      case "JSON" -> texts.json();
      default -> throw new IllegalArgumentException(type);
    };
  }

  /** A string of several megabytes. */
  Value hugeString() {
    return Texts.string(texts.ofPieces(2_000_000));
  }

  Instant instant() {
    return dateTime().toInstant(ZoneOffset.UTC);
  }

  private static Value asItIs(Object value) {
    return new Value(value, value.toString());
  }

  private Value decimal() {
    int precision = 1 + random.nextInt(LARGEST_PRECISION);
    BigInteger digits = new BigInteger(130, random).mod(BigInteger.TEN.pow(precision));
    if (random.nextBoolean()) {
      digits = digits.negate();
    }
    /* Of a small number toString gives an exponent, and so does what Jackson writes. */
    return asItIs(new BigDecimal(digits, random.nextInt(precision)));
  }

  private Value floating(boolean extreme) {
    float[] extremes = {
      Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0.0f, Float.MIN_VALUE, Float.MAX_VALUE, 1.0E10f
    };
    float value =
        extreme ? extremes[random.nextInt(extremes.length)] : Float.intBitsToFloat(random.nextInt());
    return number(value, Float.isFinite(value));
  }

  private Value doubleFloating(boolean extreme) {
    double[] extremes = {
      Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.0, Double.MIN_VALUE, Double.MAX_VALUE, 1.0E10
    };
    double value =
        extreme ? extremes[random.nextInt(extremes.length)] : Double.longBitsToDouble(random.nextLong());
    return number(value, Double.isFinite(value));
  }

  private Value number(Object value, boolean finite) {
    if (finite) {
      return asItIs(value);
    }
    notFinite++;
    return new Value(value, "null");
  }

  /** How many of the values so far were NaN or infinite, for which JSON has no number. */
  int notFinite() {
    return notFinite;
  }

  private LocalDate date() {
    return switch (random.nextInt(20)) {
      case 0 -> LocalDate.ofEpochDay(FIRST_DAY);
      case 1 -> LocalDate.ofEpochDay(LAST_DAY);
      case 2 -> LocalDate.EPOCH;
      case 3 -> LocalDate.of(2000, 2, 29);
      default -> LocalDate.ofEpochDay(FIRST_DAY + random.nextInt((int) (LAST_DAY - FIRST_DAY + 1)));
    };
  }

  /** With 0, 3, 6 or 9 digits of a fraction in its text, and sometimes without seconds. */
  private LocalTime time() {
    long second = random.nextInt(SECONDS_OF_DAY);
    return switch (random.nextInt(6)) {
      case 0 -> LocalTime.MIDNIGHT;
      case 1 -> LocalTime.MAX;
      case 2 -> LocalTime.ofSecondOfDay(second - second % 60);
      case 3 -> LocalTime.ofSecondOfDay(second);
      case 4 -> LocalTime.ofNanoOfDay(second * NANOS + random.nextInt(1000) * 1_000_000L);
      default -> LocalTime.ofNanoOfDay(second * NANOS + random.nextInt((int) NANOS));
    };
  }

  private LocalDateTime dateTime() {
    return LocalDateTime.of(date(), time());
  }

  private Value binary() {
    byte[] bytes = new byte[random.nextInt(60)];
    random.nextBytes(bytes);
    return new Value(bytes, Texts.quoted(Base64.getEncoder().encodeToString(bytes)));
  }
}
