using Assay.Models.Engine;

namespace Assay.Models.Tests.Engine;

public sealed class FreeMemoryTests
{
    [Fact]
    public void The_smaller_of_machine_and_control_group_counts()
    {
        Assert.Equal(2048L << 10, FreeMemory.Available("MemTotal:  4096 kB\nMemAvailable:   2048 kB\nBuffers: 1 kB"));
        Assert.Null(FreeMemory.Available("MemTotal: 4096 kB"));
        Assert.Equal(300, FreeMemory.Left("1000", "700"));
        Assert.Equal(0, FreeMemory.Left("1000", "1700"));
        Assert.Null(FreeMemory.Left("max", "700"));
        Assert.Null(FreeMemory.Left("", ""));
        Assert.InRange(FreeMemory.Bytes(), 1L << 20, 1L << 50);
    }
}
