package dev.longtake.pack;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProcessorTest {

    @ParameterizedTest
    @CsvSource({
        "amd64,   flags : fpu avx2 avx512f avx512_vnni avx512_bitalg, false",
        "amd64,   flags : fpu avx2 avx_vnni,                          false",
        "amd64,   flags : fpu sse4_2 avx2 avx512f,                    true",
        "amd64,   '',                                                 true",
        "x86_64,  flags : fpu avx2,                                   true",
        "aarch64, Features : fp asimd asimddp,                        false",
    })
    void onlyX86WithoutVnniOverflows(String architecture, String cpuinfo, boolean overflows) {
        assertThat(Processor.of(architecture, cpuinfo).overflows()).isEqualTo(overflows);
    }
}
