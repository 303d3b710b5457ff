package dev.longtake.pack;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What the processor can do that decides how networks are set up.
 *
 * @param overflows whether its fast products of 8 bits are cut off at 16 bits where two of them are added up. So it is
 *                  on x86 without VNNI; with VNNI, and on other processors, sums have 32 bits.
 */
record Processor(boolean overflows) {

    private static final Path CPUINFO = Path.of("/proc/cpuinfo");
    private static final Set<String> X86 = Set.of("amd64", "x86_64", "x86");
    private static final Pattern VNNI = Pattern.compile("\\b(avx512_vnni|avx_vnni)\\b");

    /** The one that this process runs on. Where it can't be asked, it is taken for an older one. */
    static Processor own() {
        String flags;
        try {
            flags = Files.readString(CPUINFO, StandardCharsets.UTF_8);
        } catch (IOException e) {
            flags = "";
        }
        return of(System.getProperty("os.arch"), flags);
    }

    /**
     * Reads a description.
     *
     * @param architecture as the system property {@code os.arch} names it
     * @param cpuinfo      as Linux tells it in {@code /proc/cpuinfo}
     */
    static Processor of(String architecture, String cpuinfo) {
        return new Processor(X86.contains(architecture) && !VNNI.matcher(cpuinfo).find());
    }
}
