package dev.longtake.measure;

/**
 * What a measure should come to.
 *
 * @param relation which side of the bound is good
 */
public record Goal(Relation relation, double bound) {

    /** Which side of a bound is good; the bound itself always is. */
    public enum Relation {
        AT_LEAST("≥"), AT_MOST("≤");

        private final String sign;

        Relation(String sign) {
            this.sign = sign;
        }

        public String sign() {
            return sign;
        }
    }

    static Goal atLeast(double bound) {
        return new Goal(Relation.AT_LEAST, bound);
    }

    static Goal atMost(double bound) {
        return new Goal(Relation.AT_MOST, bound);
    }

    /** Whether a value is good enough. */
    public boolean reachedBy(double value) {
        return relation == Relation.AT_LEAST ? value >= bound : value <= bound;
    }
}
