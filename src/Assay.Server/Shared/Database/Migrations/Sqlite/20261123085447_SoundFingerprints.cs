using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Assay.Server.Shared.Database.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class SoundFingerprints : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "sound",
                columns: table => new
                {
                    ContributionId = table.Column<string>(type: "TEXT", nullable: false),
                    DatanetId = table.Column<string>(type: "TEXT", nullable: false),
                    Print = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_sound", x => x.ContributionId);
                });

            migrationBuilder.CreateTable(
                name: "sound_print",
                columns: table => new
                {
                    DatanetId = table.Column<string>(type: "TEXT", nullable: false),
                    Hash = table.Column<long>(type: "INTEGER", nullable: false),
                    ContributionId = table.Column<string>(type: "TEXT", nullable: false),
                    Position = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_sound_print", x => new { x.DatanetId, x.Hash, x.ContributionId });
                });

            migrationBuilder.CreateIndex(
                name: "IX_sound_DatanetId",
                table: "sound",
                column: "DatanetId");

            migrationBuilder.CreateIndex(
                name: "IX_sound_print_ContributionId",
                table: "sound_print",
                column: "ContributionId");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "sound");

            migrationBuilder.DropTable(
                name: "sound_print");
        }
    }
}
