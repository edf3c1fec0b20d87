using Assay.Models.Engine;

namespace Assay.Models.Tests.Engine;

public sealed class FreeMemoryTests
{
    [Fact]
    public void The_smallest_of_machine_control_group_and_own_limit_counts()
    {
        Assert.Equal(2048L << 10, FreeMemory.Available("MemTotal:  4096 kB\nMemAvailable:   2048 kB\nBuffers: 1 kB"));
        Assert.Null(FreeMemory.Available("MemTotal: 4096 kB"));
        Assert.Equal(300, FreeMemory.Left("1000", "700"));
        Assert.Equal(0, FreeMemory.Left("1000", "1700"));
        Assert.Null(FreeMemory.Left("max", "700"));
        Assert.Null(FreeMemory.Left("", ""));
        Assert.Equal((3L << 20) - (2048L << 10), FreeMemory.LeftOfData("Max data size             3145728              unlimited            bytes", "VmData:\t    2048 kB"));
        Assert.Null(FreeMemory.LeftOfData("Max data size             unlimited            unlimited            bytes", "VmData:\t    2048 kB"));
        Assert.InRange(FreeMemory.Bytes(), 1L << 20, 1L << 50);
    }
}
