using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Assay.Server.Shared.Database.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Imports : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "Import",
                table: "reservation",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "ImportId",
                table: "contribution",
                type: "TEXT",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "import",
                columns: table => new
                {
                    Id = table.Column<string>(type: "TEXT", nullable: false),
                    DatanetId = table.Column<string>(type: "TEXT", nullable: false),
                    AccountId = table.Column<string>(type: "TEXT", nullable: false),
                    Label = table.Column<string>(type: "TEXT", nullable: false),
                    ClosedAt = table.Column<long>(type: "INTEGER", nullable: true),
                    OpenedAt = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_import", x => x.Id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_import_DatanetId",
                table: "import",
                column: "DatanetId");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "import");

            migrationBuilder.DropColumn(
                name: "Import",
                table: "reservation");

            migrationBuilder.DropColumn(
                name: "ImportId",
                table: "contribution");
        }
    }
}
