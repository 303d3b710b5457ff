package dev.longtake.pack;

import dev.longtake.film.InvalidFieldException;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the networks run.
 *
 * @param kind    processor or graphics card
 * @param index   which card; 0 for the processor
 * @param threads processor threads of one worker; 0 means one for every core
 * @param memory  bytes that networks may take at the same time; empty for as many as all of them take
 */
public record Device(Kind kind, int index, int threads, OptionalLong memory) {

    private static final Pattern CUDA = Pattern.compile("cuda(?::(\\d{1,3}))?");
    private static final Pattern MEMORY = Pattern.compile("(\\d{1,6}(?:\\.\\d{1,3})?)\\s?([MG])B", Pattern.CASE_INSENSITIVE);
    private static final int MOST_THREADS = 1024;

    /** What computes. */
    public enum Kind { CPU, CUDA }

    public Device {
        if (threads < 0 || threads > MOST_THREADS) {
            throw new InvalidFieldException("threads", threads, "0 (one for every core) to " + MOST_THREADS);
        }
    }

    /** The processor, one thread for every core. */
    public static Device cpu() {
        return new Device(Kind.CPU, 0, 0, OptionalLong.empty());
    }

    /**
     * Reads a device's name.
     *
     * @param name {@code cpu}, {@code cuda} or {@code cuda:1}
     * @throws InvalidFieldException if it is none of these
     */
    public static Device parse(String name) {
        if (name != null && name.equals("cpu")) {
            return cpu();
        }
        Matcher cuda = CUDA.matcher(name == null ? "" : name);
        if (!cuda.matches()) {
            throw new InvalidFieldException("device", name, "cpu or cuda:0, cuda:1, …");
        }
        return new Device(Kind.CUDA, cuda.group(1) == null ? 0 : Integer.parseInt(cuda.group(1)), 0,
                OptionalLong.empty());
    }

    /** The same device with another number of processor threads. */
    public Device withThreads(int newThreads) {
        return new Device(kind, index, newThreads, memory);
    }

    /**
     * The same device with less memory for networks; they are loaded in turn.
     *
     * @param size such as {@code 12GB} or {@code 800MB}; empty for no limit
     * @throws InvalidFieldException if it is none of these
     */
    public Device withMemory(String size) {
        if (size.isBlank()) {
            return new Device(kind, index, threads, OptionalLong.empty());
        }
        Matcher number = MEMORY.matcher(size.strip());
        double bytes = number.matches()
                ? Double.parseDouble(number.group(1)) * (number.group(2).equalsIgnoreCase("G") ? 1e9 : 1e6)
                : 0;
        if (bytes < 1) {
            throw new InvalidFieldException("device-memory", size, "a number with MB or GB, such as 12GB");
        }
        return new Device(kind, index, threads, OptionalLong.of((long) bytes));
    }

    /** The processor with as many threads, and all its memory. */
    Device processor() {
        return new Device(Kind.CPU, 0, threads, OptionalLong.empty());
    }

    @Override
    public String toString() {
        return kind == Kind.CPU ? "cpu" : "cuda:" + index;
    }
}
