package dev.longtake.measure;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;

/** How a number is written for people. */
enum Unit {
    SHARE(1, " %", 100),
    CUTS(3, "", 1),
    WHOLE(0, "", 1),
    SPEED(1, " frames/s", 1),
    SECONDS(2, " s", 1),
    PIXELS(2, " px", 1),
    RATIO(2, "", 1),
    DECIBELS(1, " dB", 1),
    LEVELS(1, "", 1),
    ERROR(3, "", 1);

    private final int decimals;
    private final String sign;
    private final double factor;

    Unit(int decimals, String sign, double factor) {
        this.decimals = decimals;
        this.sign = sign;
        this.factor = factor;
    }

    /** Always with the same number of decimals, so that numbers can stand below each other. */
    String write(double value) {
        return String.format(Locale.ROOT, "%." + decimals + "f%s", factor * value, sign);
    }

    /** Goals are round numbers: without the zeros at the end. */
    String writeBound(double bound) {
        BigDecimal rounded = BigDecimal.valueOf(factor * bound).setScale(decimals, RoundingMode.HALF_UP);
        return (rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString()) + sign;
    }
}
